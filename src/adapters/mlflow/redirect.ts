import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { matchesGlob } from '../../base/glob.ts';

/** Addresses at which clouds hand out the credentials of a machine: no redirect may lead there. */
const METADATA = new BlockList();
METADATA.addSubnet('169.254.0.0', 16);
METADATA.addAddress('100.100.100.200');
METADATA.addAddress('192.0.0.192');
METADATA.addSubnet('fe80::', 10, 'ipv6');
METADATA.addSubnet('fd00:ec2::', 32, 'ipv6');

/** The same origin, or its upgrade from http to https on the usual ports. */
export function isSameServer(from: URL, to: URL): boolean {
  const isUpgrade = from.protocol === 'http:' && to.protocol === 'https:' && from.port === '' && to.port === '';
  return from.origin === to.origin || (isUpgrade && from.hostname === to.hostname);
}

/** Why a redirect is never followed; undefined if it may be. */
export function redirectFault(to: URL): string | undefined {
  if (to.protocol !== 'http:' && to.protocol !== 'https:') return `an address that is not http(s): ${to.protocol}`;
  return isMetadata(to.hostname) ? `${to.host}, an address of a machine's own credentials` : undefined;
}

/**
 * May a file be fetched there? Its content was chosen by the author of the redirect: only hosts that the workflow names
 * are asked, and an https server does not lead to http.
 */
export function isForeignFile(from: URL, to: URL, hosts: readonly string[]): boolean {
  if (isSameServer(from, to)) return false;
  const isDowngrade = from.protocol === 'https:' && to.protocol !== 'https:';
  return isDowngrade || !hosts.some((pattern) => matchesGlob(to.host, pattern.toLowerCase()));
}

/** Resolves the host of a redirect. A name may lead to such an address, too. */
export const outsideLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, options, (error, address, family) => {
    const found = typeof address === 'string' ? [address] : (address ?? []).map((one) => one.address);
    const refused = error === null && found.some(isMetadata);
    const fault = refused ? new Error(`${hostname} leads to an address of a machine's own credentials`) : error;
    callback(fault, address, family);
  });
};

function isMetadata(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '');
  const version = isIP(address);
  return version !== 0 && METADATA.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

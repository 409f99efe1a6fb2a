import { mostOf } from '../../../base/numbers/extremes.ts';

/** Lines that a server logs although nothing is wrong, or before it tries again. */
const NOISE =
  /Retrying \(Retry\(total=[1-9]|\b(?:Deprecation|PendingDeprecation|Future|User|Runtime|Resource|Syntax|Import|RequestsDependency|NumbaDeprecation|Experimental|Conversion)Warning\b|Could not load dynamic library|Unable to register cu\w{1,10} factory|failed call to cuInit|could not find cuda drivers|pip's dependency resolver does not currently|which is incompatible\.|\bDEPRECATION: |conda-unpack: error: unrecognized arguments|Matplotlib created a temporary|Ran pip subprocess with arguments|Detected one or more mismatches between/;

/** Words of conda and pip with which a build has failed for good. */
const BUILD_ENDS = [
  'CondaEnvException',
  'subprocess-exited-with-error',
  'metadata-generation-failed',
  'Could not build wheels',
  'Failed to build installable wheels',
  "CalledProcessError: Command 'conda",
] as const;

/** A log without the lines that tell nothing about its end. */
export function withoutNoise(log: string): string {
  return log
    .split('\n')
    .filter((line) => !NOISE.test(line.slice(0, 600)))
    .join('\n');
}

/** Where the build of the environment failed for the last time; -1 where it did not. */
export function buildEndIn(log: string): number {
  return mostOf(BUILD_ENDS.map((words) => log.lastIndexOf(words)));
}

/** Does a log complain about a certificate? */
export function isCertificateRefused(log: string): boolean {
  return /CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError|CondaSSLError|confirming the ssl certificate/.test(log);
}

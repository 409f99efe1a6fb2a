import { percentDecoded } from '../base/percent-encoding.ts';
import { withoutTrailing } from '../base/trailing.ts';
import type { RegistryConfig } from './config.ts';
import { type InputReader, quoted } from './input-reader.ts';

/** Address and credentials of the MLflow server. The inputs have precedence over the environment. */
export function readRegistry(read: InputReader): RegistryConfig {
  const server = readTrackingUri(read);
  return {
    trackingUri: server.uri,
    ...readSignIn(read, server),
    artifactsDestination: readDestination(read),
    storageUriMap: readUriMap(read),
    artifactHosts: readArtifactHosts(read),
  };
}

/** One pattern a line, or separated by commas. */
export function readStorages(read: InputReader): readonly string[] {
  const text = read.text('allow-storages') ?? '';
  const patterns = text
    .split(/[\n,]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const odd = patterns.find((one) => !/^[\w+.*-]+:|^[/*]/.test(one));
  if (odd !== undefined)
    read.fault('allow-storages', `has ${quoted(odd)}, which no storage URI matches: write such as \`s3://mlflow/*\``);
  return patterns;
}

/** `*` alone would be every host. */
function readArtifactHosts(read: InputReader): readonly string[] {
  const hosts = (read.text('allow-artifact-hosts') ?? '')
    .split(/[\n,]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const odd = hosts.find((one) => !/^(?:\*\.)?[\w-]{1,63}(?:\.[\w*-]{1,63}){0,10}(?::\d{1,5})?$/.test(one));
  if (odd === undefined) return hosts;
  read.fault('allow-artifact-hosts', `has ${quoted(odd)}: write host names, such as \`*.s3.eu-west-1.amazonaws.com\``);
  return [];
}

function readDestination(read: InputReader): string | undefined {
  const text = read.text('artifacts-destination');
  const isOther = /^(?:https?|models|runs|mlflow|mlflow-artifacts):/i.test(text ?? '');
  if (text === undefined || (!isOther && /^[\w+.-]+:|^\//.test(text))) return text && withoutTrailing(text, '/');
  return read.fault('artifacts-destination', `is ${quoted(text)}, but must be a storage URI, such as \`s3://mlflow\``);
}

type User = Pick<RegistryConfig, 'username' | 'password'>;

interface TrackingServer extends User {
  readonly uri: string | undefined;
}

/** MLflow's clients accept a user and password in the URI. We send them in headers, so that they are not in messages. */
function readTrackingUri(read: InputReader): TrackingServer {
  const text = read.text('mlflow-tracking-uri', 'MLFLOW_TRACKING_URI');
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    // A URI in the environment may be for other steps. It is refused only if a server is needed.
    if (read.text('mlflow-tracking-uri') !== undefined) {
      const what = /^databricks/.test(text ?? '')
        ? `is ${quoted(text ?? '')}, a Databricks workspace, whose registry this action cannot read`
        : `is ${quoted(text ?? '')}, which is not an MLflow server`;
      read.fault('mlflow-tracking-uri', `${what}: set a URL that starts with https:// or http://`);
    }
    return { uri: text, username: undefined, password: undefined };
  }
  const user = {
    username: percentDecoded(url.username) || undefined,
    password: percentDecoded(url.password) || undefined,
  };
  checkTrackingPath(read, url);
  Object.assign(url, { username: '', password: '' });
  return { uri: withoutTrailing(url.href, '/'), ...user };
}

/** A page of the UI or a route of the API is copied more often than the address of the server. */
function checkTrackingPath(read: InputReader, { search, hash, pathname, origin }: URL): void {
  if (read.text('mlflow-tracking-uri') === undefined) return;
  const [front = ''] = pathname.split(/\/(?:ajax-)?api\/\d/);
  const isPage = search !== '' || hash !== '' || front !== pathname;
  const server = `${origin}${withoutTrailing(front, '/')}`;
  if (isPage)
    read.fault('mlflow-tracking-uri', `is a page or a route of the MLflow server, not its address: give \`${server}\``);
}

function isPlace(text: string): boolean {
  return /^[\w+.-]+:|^\//.test(text);
}

function readSignIn(read: InputReader, inUri: User): User & Pick<RegistryConfig, 'token'> {
  const token = read.text('mlflow-token');
  const given = { username: read.text('mlflow-username'), password: read.text('mlflow-password') };
  if (token !== undefined) {
    if (given.username !== undefined || given.password !== undefined)
      read.fault('mlflow-token', 'and `mlflow-username` are two ways to log in: set only one');
    return { token, username: undefined, password: undefined };
  }
  const username = given.username ?? inUri.username ?? read.text('mlflow-username', 'MLFLOW_TRACKING_USERNAME');
  const password = given.password ?? inUri.password ?? read.text('mlflow-password', 'MLFLOW_TRACKING_PASSWORD');
  if (username !== undefined && password === undefined) read.fault('mlflow-username', 'needs `mlflow-password` too');
  if (password !== undefined && username === undefined) read.fault('mlflow-password', 'needs `mlflow-username` too');
  return { token: read.text('mlflow-token', 'MLFLOW_TRACKING_TOKEN'), username, password };
}

function readUriMap(read: InputReader): RegistryConfig['storageUriMap'] {
  const lines = (read.text('storage-uri-map') ?? '').split('\n').map((line) => line.trim());
  return lines.filter(Boolean).flatMap((line) => {
    const at = line.indexOf('=');
    const [from, to] = [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    if (at > 0 && isPlace(from) && isPlace(to)) return [{ from, to }];
    read.fault(
      'storage-uri-map',
      `has a line that is not \`from=to\` with a storage URI on both sides: ${quoted(line)}; write such as \`s3://mlruns/=gs://mlruns/\``,
    );
    return [];
  });
}

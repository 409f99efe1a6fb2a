import { percentDecoded } from '../base/percent-encoding.ts';

/** What an http(s) address in place of a model URI is, and the form to write; for messages. */
export interface WebAddress {
  readonly what: string;
  readonly write: string;
}

/** One known kind of page, with the URI of the same files. */
type Reading = (url: URL) => WebAddress | undefined;

const RUN = /[0-9a-f]{32}/;

const READINGS: readonly Reading[] = [
  // MLflow's download route: get-artifact?path=model/MLmodel&run_uuid=…
  ({ pathname, searchParams }) => {
    if (!/\/(?:get-artifact|download-artifact)$/.test(pathname)) return undefined;
    const run = searchParams.get('run_uuid') ?? searchParams.get('run_id') ?? '<run id>';
    const path = (searchParams.get('path') ?? 'model').replace(/\/?MLmodel$/, '');
    return { what: 'a download address of MLflow', write: `runs:/${run}/${path}` };
  },
  // A page of MLflow's UI: #/experiments/1/runs/<id>/artifacts/model
  ({ hash }) => {
    const [, run, path = 'model'] = /\/runs\/([0-9a-f]{32})(?:\/artifacts(?:\/|Path\/)?(.{1,500})?)?/.exec(hash) ?? [];
    return run === undefined
      ? undefined
      : { what: 'a page of the MLflow UI', write: `runs:/${run}/${percentDecoded(path)}` };
  },
  ({ hash }) => {
    const [, model] = /\/models\/(m-[0-9a-f]{32})/.exec(hash) ?? [];
    return model === undefined ? undefined : { what: 'a page of the MLflow UI', write: `models:/${model}` };
  },
  ({ hash }) => {
    const [, name] = /#\/models\/([^/?]{1,200})/.exec(hash) ?? [];
    return name === undefined
      ? undefined
      : { what: 'a page of the MLflow UI', write: `models:/${percentDecoded(name)}/<version>` };
  },
  ({ hostname, pathname }) => {
    const [, bucket] = /^([\w.-]{1,63})\.s3[\w.-]{0,40}\.amazonaws\.com$/.exec(hostname) ?? [];
    if (bucket !== undefined) return { what: 'a web address of S3', write: `s3://${bucket}${folderOf(pathname)}` };
    const isS3 = /^s3[\w.-]{0,40}\.amazonaws\.com$/.test(hostname);
    return isS3 ? { what: 'a web address of S3', write: `s3:/${folderOf(pathname)}` } : undefined;
  },
  ({ hostname, pathname }) => {
    if (!/^storage\.(?:googleapis|cloud\.google)\.com$/.test(hostname)) return undefined;
    return { what: 'a web address of Google Cloud Storage', write: `gs:/${folderOf(pathname)}` };
  },
  // Pages of consoles: /s3/buckets/<bucket>?prefix=1/model/, /storage/browser/<bucket>/1/model, /browser/<bucket>/1/model
  ({ hostname, pathname, searchParams }) => {
    const [, bucket] = /^\/s3\/(?:buckets|object)\/([\w.-]{1,63})$/.exec(pathname) ?? [];
    if (bucket === undefined || !/(?:^|\.)console[.]aws[.]amazon[.]com$/.test(hostname)) return undefined;
    const folder = folderOf(`/${searchParams.get('prefix') ?? ''}`);
    return { what: 'a page of the AWS console', write: `s3://${bucket}${folder === '/' ? '' : folder}` };
  },
  ({ hostname, pathname }) => {
    const [, place] = /^\/storage\/browser(?:\/_details)?(\/.{1,1000})$/.exec(pathname) ?? [];
    if (place === undefined || !/^console[.]cloud[.]google[.]com$/.test(hostname)) return undefined;
    return { what: 'a page of the Google Cloud console', write: `gs:/${folderOf(place)}` };
  },
  ({ pathname }) => {
    const [, place] = /^\/browser(\/[\w.-]{1,63}\/.{1,1000})$/.exec(pathname) ?? [];
    return place === undefined ? undefined : { what: 'a page of the MinIO console', write: `s3:/${folderOf(place)}` };
  },
  ({ hostname, pathname }) => {
    if (!/\.(?:blob|dfs)\.core\.windows\.net$/.test(hostname)) return undefined;
    const [, container = '', path = ''] = /^\/([^/]{1,63})(.{0,500})$/.exec(folderOf(pathname)) ?? [];
    return { what: 'a web address of Azure storage', write: `wasbs://${container}@${hostname}${path}` };
  },
];

/** Undefined where the text is no http(s) address. */
export function webAddress(text: string): WebAddress | undefined {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return undefined;
  for (const read of READINGS) {
    const found = read(url);
    if (found !== undefined) return found;
  }
  const run = RUN.exec(url.pathname)?.[0];
  return {
    what: 'a web address',
    write: run === undefined ? 's3://bucket/path' : `runs:/${run}/model`,
  };
}

/** The folder with MLmodel, without a slash at its end. */
function folderOf(pathname: string): string {
  return percentDecoded(pathname)
    .replace(/\/MLmodel$/, '')
    .replace(/(?<!\/)\/$/, '');
}

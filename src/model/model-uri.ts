import { UserError } from '../base/errors.ts';
import { nearestWord } from '../base/nearest-word.ts';
import { percentDecoded } from '../base/percent-encoding.ts';

/** A parsed model URI. The text is unchanged: MLflow does not decode URIs, so we do not either. */
export type ModelUri =
  | { readonly kind: 'version'; readonly name: string; readonly version: string }
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string }
  | { readonly kind: 'stage'; readonly name: string; readonly stage: Stage }
  | { readonly kind: 'latest'; readonly name: string }
  | { readonly kind: 'logged-model'; readonly modelId: string }
  /** `path` is relative to the run's artifacts; empty for the run's artifact root. */
  | { readonly kind: 'run'; readonly runId: string; readonly path: string }
  | { readonly kind: 'storage'; readonly uri: string; readonly origin: StorageOrigin };

/** Run or logged model of a folder, if its path contains it: MLflow's layouts contain unique ids. */
export type StorageOrigin =
  | { readonly kind: 'logged-model'; readonly modelId: string }
  | { readonly kind: 'run'; readonly runId: string; readonly path: string }
  | { readonly kind: 'unknown' };

/** MLflow's deprecated stages, in the spelling of the server. */
export type Stage = 'None' | 'Staging' | 'Production' | 'Archived';

const STAGES: readonly Stage[] = ['None', 'Staging', 'Production', 'Archived'];
const MODEL_ID = /^m-[\w-]+$/;
const RUN_ID = /^[A-Za-z0-9][\w-]{0,255}$/;
const FORMS =
  'write `models:/name/7`, `models:/name@alias`, `models:/m-<id>`, `runs:/<run>/<path>` or a storage URI such as `s3://bucket/path`';

/**
 * The grammar of MLflow 3 (`store/artifact/utils/models.py`, `runs_artifact_repo.py`); names may contain spaces, `%`, `?`,
 * `#`, `@` and emoji.
 * @throws UserError model-uri-invalid
 */
export function parseModelUri(text: string): ModelUri {
  const uri = text.trim();
  if (uri === '') throw invalid('the model URI is empty', FORMS);
  const page = /^https?:.*#\/models\/([^/]+)\/versions\/(\d+)/.exec(uri);
  if (page)
    throw invalid(`${uri} is a page of the MLflow UI`, `write \`models:/${percentDecoded(page[1] ?? '')}/${page[2]}\``);
  const [, scheme, rest] = /^(models|runs):(.*)$/is.exec(uri) ?? [];
  if (scheme === undefined || rest === undefined) return parseStorage(uri);
  const place = splitAuthority(uri, rest);
  return scheme.toLowerCase() === 'models' ? parseModels(uri, place) : parseRun(uri, place);
}

/** The run or logged model of a storage path, read from its layout. */
export function storageOriginOf(uri: string): StorageOrigin {
  const modelId = /\/models\/(m-[0-9a-f]{32})\/artifacts\/?$/.exec(uri)?.[1];
  if (modelId !== undefined) return { kind: 'logged-model', modelId };
  const [, runId, path] = /\/([0-9a-f]{32})\/artifacts\/(.+?)\/*$/.exec(uri) ?? [];
  return runId !== undefined && path !== undefined ? { kind: 'run', runId, path } : { kind: 'unknown' };
}

interface Place {
  /** The text after `//` up to the next slash; empty in a correct URI. */
  readonly authority: string;
  /** Without leading slashes. */
  readonly path: string;
}

/** MLflow ignores the authority, except for a Databricks workspace's. */
function splitAuthority(uri: string, rest: string): Place {
  const [, authority = '', path = ''] = /^\/\/([^/]*)(.*)$/s.exec(rest) ?? [undefined, '', rest];
  if (/(^|@)databricks(-uc)?$/.test(authority)) {
    throw invalid(
      `${uri} names a Databricks workspace`,
      'only MLflow servers with the open-source REST API are supported',
    );
  }
  if (!path.startsWith('/')) throw invalid(`${uri} has no path`, FORMS);
  return { authority, path: path.replace(/^\/+/, '') };
}

function parseModels(uri: string, { authority, path }: Place): ModelUri {
  if (authority !== '' && !path.includes('/')) {
    throw invalid(
      `${uri} has a double slash in the wrong place`,
      `write \`models:/${authority}/${path}\`, with one slash`,
    );
  }
  const [name = '', suffix, ...more] = path.split('/');
  if (more.length > 0) {
    throw invalid(`${uri} points to a file inside a model`, `write only the model: \`models:/${name}/${suffix}\``);
  }
  if (suffix === undefined) return parseOneSegment(uri, name);
  if (name === '' || suffix === '') throw invalid(`${uri} has no ${name === '' ? 'name' : 'version'}`, FORMS);
  if (/^\d+$/.test(suffix)) return { kind: 'version', name, version: suffix };
  if (isLatest(suffix)) return { kind: 'latest', name };
  const stage = STAGES.find((one) => one.toLowerCase() === suffix.toLowerCase());
  if (stage !== undefined) return { kind: 'stage', name, stage };
  const [, number] = /^v(\d+)$/i.exec(suffix) ?? [];
  if (number !== undefined) throw invalid(`${uri}: a version is a number`, `write \`models:/${name}/${number}\``);
  const near = nearestWord(suffix, [...STAGES, 'latest']);
  throw invalid(
    `${uri}: \`${suffix}\` is not a version number, \`latest\` or a stage (${STAGES.join(', ')})`,
    `${near === undefined ? '' : `did you mean \`${near}\`? `}For an alias write \`models:/${name}@${suffix}\``,
  );
}

function parseOneSegment(uri: string, segment: string): ModelUri {
  const at = segment.lastIndexOf('@');
  if (at >= 0) {
    const [name, alias] = [segment.slice(0, at), segment.slice(at + 1)];
    if (name === '' || alias === '') throw invalid(`${uri} has no ${name === '' ? 'name' : 'alias'}`, FORMS);
    // `latest` cannot be set as an alias. For it the server answers the newest version of any stage, or nothing.
    return isLatest(alias) ? { kind: 'latest', name } : { kind: 'alias', name, alias };
  }
  if (MODEL_ID.test(segment)) return { kind: 'logged-model', modelId: segment };
  if (segment === '') throw invalid(`${uri} has no model name`, FORMS);
  const [, name, number] = /^(.+):v?(\d{1,10})$/.exec(segment) ?? [];
  if (name !== undefined)
    throw invalid(
      `${uri} has its version after a colon: did you mean \`models:/${name}/${number}\`?`,
      `write \`models:/${name}/${number}\``,
    );
  throw invalid(
    `${uri} has no version or alias`,
    `write \`models:/${segment}/7\`, \`models:/${segment}@champion\` or \`models:/${segment}/latest\``,
  );
}

function parseRun(uri: string, { authority, path }: Place): ModelUri {
  const [runId = '', ...parts] = path.split('/');
  const inside = parts.filter((part) => part !== '');
  if (!RUN_ID.test(runId)) throw invalid(`${uri} has no run id`, 'write `runs:/<run id>/<path of the model>`');
  if (authority !== '' && inside.length === 0) {
    throw invalid(
      `${uri} has a double slash in the wrong place`,
      'write `runs:/<run id>/<path of the model>`, with one slash',
    );
  }
  if (inside.includes('..')) throw invalid(`${uri} leads out of its run`, 'remove `..`');
  return { kind: 'run', runId, path: inside.join('/') };
}

function parseStorage(uri: string): ModelUri {
  if (/^m-[0-9a-f]{32}$/.test(uri)) throw invalid(`${uri} has no scheme`, `write \`models:/${uri}\``);
  if (/\/MLmodel\/?$/.test(uri) && !/^https?:/i.test(uri))
    throw invalid(`${uri} is a file`, 'name the folder that contains `MLmodel`');
  if (/^[\w+.-]+:\/\/[^/@]*:[^/@]*@/.test(uri))
    throw invalid(
      'the model URI holds a user and a password',
      'put them into the Secret of `env-secret`, and leave them out',
    );
  if (/^(?:s3|gs|wasbs?|abfss?):\/\/[^?]*\?/i.test(uri))
    throw invalid(`${uri} has a query`, 'remove the part from `?` on: a folder has no version of its own');
  if (/^[\w+.-]+:\/*$/.test(uri)) throw invalid(`${uri} has no path`, FORMS);
  return { kind: 'storage', uri, origin: storageOriginOf(uri) };
}

function isLatest(text: string): boolean {
  return text.toLowerCase() === 'latest';
}

function invalid(message: string, hint: string): UserError {
  return new UserError('model-uri-invalid', message, { hint });
}

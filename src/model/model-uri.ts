import { UserError } from '../base/errors.ts';
import { nearestWord } from '../base/nearest-word.ts';
import { percentDecoded } from '../base/percent-encoding.ts';

/** What a model URI asks for. Text is as the user wrote it: MLflow decodes nothing, so neither do we. */
export type ModelUri =
  | { readonly kind: 'version'; readonly name: string; readonly version: string }
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string }
  | { readonly kind: 'stage'; readonly name: string; readonly stage: Stage }
  | { readonly kind: 'latest'; readonly name: string }
  | { readonly kind: 'logged-model'; readonly modelId: string }
  /** `path` is relative to the run's artifacts; empty for the run's artifact root. */
  | { readonly kind: 'run'; readonly runId: string; readonly path: string }
  | { readonly kind: 'storage'; readonly uri: string; readonly origin: StorageOrigin };

/** Who wrote a folder, as far as its path tells: MLflow's layouts have ids in them that are unique in the world. */
export type StorageOrigin =
  | { readonly kind: 'logged-model'; readonly modelId: string }
  | { readonly kind: 'run'; readonly runId: string; readonly path: string }
  | { readonly kind: 'unknown' };

/** MLflow's deprecated stages, as the server spells them. */
export type Stage = 'None' | 'Staging' | 'Production' | 'Archived';

const STAGES: readonly Stage[] = ['None', 'Staging', 'Production', 'Archived'];
const MODEL_ID = /^m-[\w-]+$/;
const RUN_ID = /^[A-Za-z0-9][\w-]{0,255}$/;
const FORMS =
  'write `models:/name/7`, `models:/name@alias`, `models:/m-<id>`, `runs:/<run>/<path>` or a storage URI such as `s3://bucket/path`';

/**
 * The grammar of MLflow 3 (`store/artifact/utils/models.py`, `runs_artifact_repo.py`); names may hold spaces, `%`, `?`,
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

/** The run or logged model that a storage path belongs to by its layout. */
export function storageOriginOf(uri: string): StorageOrigin {
  const modelId = /\/models\/(m-[0-9a-f]{32})\/artifacts\/?$/.exec(uri)?.[1];
  if (modelId !== undefined) return { kind: 'logged-model', modelId };
  const [, runId, path] = /\/([0-9a-f]{32})\/artifacts\/(.+?)\/*$/.exec(uri) ?? [];
  return runId !== undefined && path !== undefined ? { kind: 'run', runId, path } : { kind: 'unknown' };
}

interface Place {
  /** What stands between two slashes and the next; empty in a URI as it should be. */
  readonly authority: string;
  /** Without slashes at its start. */
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
    throw invalid(`${uri} has two slashes too early`, `write \`models:/${authority}/${path}\`, with one slash`);
  }
  const [name = '', suffix, ...more] = path.split('/');
  if (more.length > 0) {
    throw invalid(`${uri} points into a model`, `name the model alone: \`models:/${name}/${suffix}\``);
  }
  if (suffix === undefined) return parseOneSegment(uri, name);
  if (name === '' || suffix === '') throw invalid(`${uri} lacks the ${name === '' ? 'name' : 'version'}`, FORMS);
  if (/^\d+$/.test(suffix)) return { kind: 'version', name, version: suffix };
  if (isLatest(suffix)) return { kind: 'latest', name };
  const stage = STAGES.find((one) => one.toLowerCase() === suffix.toLowerCase());
  if (stage !== undefined) return { kind: 'stage', name, stage };
  const near = nearestWord(suffix, [...STAGES, 'latest']);
  throw invalid(
    `${uri}: \`${suffix}\` is neither a version number nor \`latest\` nor a stage (${STAGES.join(', ')})`,
    `${near === undefined ? '' : `did you mean \`${near}\`? `}For an alias write \`models:/${name}@${suffix}\``,
  );
}

function parseOneSegment(uri: string, segment: string): ModelUri {
  const at = segment.lastIndexOf('@');
  if (at >= 0) {
    const [name, alias] = [segment.slice(0, at), segment.slice(at + 1)];
    if (name === '' || alias === '') throw invalid(`${uri} lacks the ${name === '' ? 'name' : 'alias'}`, FORMS);
    // `latest` is no alias anybody can set; for it the server answers any stage's newest version, or none at all.
    return isLatest(alias) ? { kind: 'latest', name } : { kind: 'alias', name, alias };
  }
  if (MODEL_ID.test(segment)) return { kind: 'logged-model', modelId: segment };
  if (segment === '') throw invalid(`${uri} names no model`, FORMS);
  throw invalid(
    `${uri} says neither version nor alias`,
    `write \`models:/${segment}/7\`, \`models:/${segment}@champion\` or \`models:/${segment}/latest\``,
  );
}

function parseRun(uri: string, { authority, path }: Place): ModelUri {
  const [runId = '', ...parts] = path.split('/');
  const inside = parts.filter((part) => part !== '');
  if (!RUN_ID.test(runId)) throw invalid(`${uri} names no run`, 'write `runs:/<run id>/<path of the model>`');
  if (authority !== '' && inside.length === 0) {
    throw invalid(`${uri} has two slashes too early`, 'write `runs:/<run id>/<path of the model>`, with one slash');
  }
  if (inside.includes('..')) throw invalid(`${uri} climbs out of its run`, 'leave out `..`');
  return { kind: 'run', runId, path: inside.join('/') };
}

function parseStorage(uri: string): ModelUri {
  if (/^m-[0-9a-f]{32}$/.test(uri)) throw invalid(`${uri} has no scheme`, `write \`models:/${uri}\``);
  if (/\/MLmodel\/?$/.test(uri)) throw invalid(`${uri} is a file`, 'name the folder that contains `MLmodel`');
  if (/^[\w+.-]+:\/*$/.test(uri)) throw invalid(`${uri} has no path`, FORMS);
  return { kind: 'storage', uri, origin: storageOriginOf(uri) };
}

function isLatest(text: string): boolean {
  return text.toLowerCase() === 'latest';
}

function invalid(message: string, hint: string): UserError {
  return new UserError('model-uri-invalid', message, { hint });
}

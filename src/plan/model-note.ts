import { isJsonObject } from '../base/json-value.ts';
import type { Model } from '../model/model.ts';
import { differ } from '../model/model-digest.ts';
import { modelUriOf } from '../seldon/graph.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../seldon/seldon-deployment.ts';

/** Identity of a model, recorded on the object. A predictor itself only has the URI of its files. */
export interface ModelNote {
  /** The storage URI that Seldon loads. */
  readonly uri: string;
  readonly name?: string;
  readonly version?: string;
  readonly alias?: string;
  readonly run?: string;
  /** Of the files that were loaded. */
  readonly digest?: string;
}

type NotedModel = Pick<Model, 'storageUri' | 'name' | 'version' | 'alias' | 'runId' | 'digest'>;

export function noteOf(model: NotedModel): ModelNote {
  return {
    uri: model.storageUri,
    ...(model.name !== undefined && { name: model.name }),
    ...(model.version !== undefined && { version: model.version }),
    ...(model.alias !== undefined && { alias: model.alias }),
    ...(model.runId !== undefined && { run: model.runId }),
    ...(model.digest !== undefined && { digest: model.digest }),
  };
}

/** `wine-quality v4`, or the URI if the model is not registered. */
export function titleOf({ uri, name, version }: ModelNote): string {
  if (name === undefined) return uri;
  return version === undefined ? name : `${name} v${version}`;
}

/** The model of each predictor, by its name. If another writer has changed the model since, only the URI is known. */
export function modelsOf(object: SeldonDeployment | undefined): ReadonlyMap<string, ModelNote> {
  const notes = object === undefined ? [] : [...notesOn(object), mainNoteOn(object)];
  const all = (object?.spec.predictors ?? []).flatMap((predictor) => {
    const { name } = predictor;
    const uri = modelUriOf(predictor);
    if (uri === undefined) return [];
    return [[name, notes.find((note) => note?.uri === uri) ?? { uri }] as const];
  });
  return new Map(all);
}

/** Does the folder that is live hold other files now? Its pods keep what they loaded until they are made anew. */
export function hasNewFiles(live: SeldonDeployment | undefined, { storageUri, digest }: NotedModel): boolean {
  return [...modelsOf(live).values()].some((note) => note.uri === storageUri && differ(note.digest, digest));
}

function notesOn({ metadata }: SeldonDeployment): readonly ModelNote[] {
  try {
    const parsed: unknown = JSON.parse(metadata.annotations?.[ANNOTATIONS.models] ?? '{}');
    return isJsonObject(parsed) ? Object.values(parsed).filter(isNote) : [];
  } catch {
    return [];
  }
}

/** Reads the plain annotations, which are for readers with kubectl. They describe the first predictor. */
function mainNoteOn({ metadata: { annotations = {} } }: SeldonDeployment): ModelNote | undefined {
  const uri = annotations[ANNOTATIONS.modelUri];
  if (uri === undefined) return undefined;
  const [name, version] = [annotations[ANNOTATIONS.modelName], annotations[ANNOTATIONS.modelVersion]];
  return { uri, ...(name !== undefined && { name }), ...(version !== undefined && { version }) };
}

export function isNote(value: unknown): value is ModelNote {
  const isText = (one: unknown) => one === undefined || typeof one === 'string';
  return (
    isJsonObject(value) &&
    typeof value['uri'] === 'string' &&
    [value['name'], value['version'], value['alias'], value['run'], value['digest']].every(isText)
  );
}

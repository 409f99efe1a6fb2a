import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { parseModelUri, storageOriginOf } from '../../src/model/model-uri.ts';

const RUN = '7188c7e24fa1496a9c038c063f09b692';
const MODEL = 'm-3de7a22da2014ace9572de8a8c63c313';

describe('a model URI', () => {
  it.each([
    ['models:/wine/7', { kind: 'version', name: 'wine', version: '7' }],
    ['models:/wine/007', { kind: 'version', name: 'wine', version: '007' }],
    ['models:/wine@champion', { kind: 'alias', name: 'wine', alias: 'champion' }],
    ['models:/wine/Production', { kind: 'stage', name: 'wine', stage: 'Production' }],
    ['models:/wine/staging', { kind: 'stage', name: 'wine', stage: 'Staging' }],
    ['models:/wine/none', { kind: 'stage', name: 'wine', stage: 'None' }],
    ['models:/wine/latest', { kind: 'latest', name: 'wine' }],
    ['models:/wine/LATEST', { kind: 'latest', name: 'wine' }],
    ['models:/wine@latest', { kind: 'latest', name: 'wine' }],
    [`models:/${MODEL}`, { kind: 'logged-model', modelId: MODEL }],
    ['models:/cat.schema.model/3', { kind: 'version', name: 'cat.schema.model', version: '3' }],
    ['models:/name with spaces/1', { kind: 'version', name: 'name with spaces', version: '1' }],
    ['models:/модель-🍷@champion', { kind: 'alias', name: 'модель-🍷', alias: 'champion' }],
    ['models:/100% & more?#+=@champion/1', { kind: 'version', name: '100% & more?#+=@champion', version: '1' }],
    ['models:/a@b@c', { kind: 'alias', name: 'a@b', alias: 'c' }],
    ['models:/wine%20red/1', { kind: 'version', name: 'wine%20red', version: '1' }],
    ['models://////wine/1', { kind: 'version', name: 'wine', version: '1' }],
    ['models://registry.example.com/wine/1', { kind: 'version', name: 'wine', version: '1' }],
    ['  MODELS:/wine/1 ', { kind: 'version', name: 'wine', version: '1' }],
    [`runs:/${RUN}/model`, { kind: 'run', runId: RUN, path: 'model' }],
    [`runs:/${RUN}/deep/er/wine model/`, { kind: 'run', runId: RUN, path: 'deep/er/wine model' }],
    [`runs:/${RUN}`, { kind: 'run', runId: RUN, path: '' }],
    [`runs://profile@host/${RUN}/model`, { kind: 'run', runId: RUN, path: 'model' }],
  ])('%s is read', (text, expected) => {
    expect(parseModelUri(text)).toEqual(expected);
  });

  it.each([
    ['s3://bucket/wine', { kind: 'unknown' }],
    ['gs://seldon-models/v1.18.0/mlflow/elasticnet_wine', { kind: 'unknown' }],
    ['pvc://models/wine', { kind: 'unknown' }],
    ['azureblob:models/wine', { kind: 'unknown' }],
    ['/srv/mlruns/wine', { kind: 'unknown' }],
    [`s3://mlflow/1/${RUN}/artifacts/wine_model`, { kind: 'run', runId: RUN, path: 'wine_model' }],
    [`mlflow-artifacts:/1/${RUN}/artifacts/deep/wine model/`, { kind: 'run', runId: RUN, path: 'deep/wine model' }],
    [`s3://mlflow/1/models/${MODEL}/artifacts`, { kind: 'logged-model', modelId: MODEL }],
  ])('%s is a storage URI that tells its origin', (uri, origin) => {
    expect(parseModelUri(uri)).toEqual({ kind: 'storage', uri, origin });
    expect(storageOriginOf(uri)).toEqual(origin);
  });

  it.each([
    ['', /empty/, /models:\/name\/7/],
    ['models:/wine', /has no version or alias/, /models:\/wine@champion/],
    ['models:/', /has no model name/, /models:\/name\/7/],
    ['models:wine/7', /no path/, /models:\/name\/7/],
    ['models://wine@champion', /no path/, /models:\/name@alias/],
    ['models:/wine/', /has no version/, /models:\/name\/7/],
    ['models:/wine@', /has no alias/, /models:\/name@alias/],
    ['models:/@champion', /has no name/, /models:\/name@alias/],
    ['models:/wine/blue', /is not a version number/, /models:\/wine@blue/],
    ['models:/wine/Production@blue', /is not a version number/, /alias/],
    ['models:/wine/7/model.pkl', /points to a file inside a model/, /models:\/wine\/7`/],
    ['models://profile@databricks/wine/7', /Databricks/, /open-source/],
    ['runs://databricks/abc/model', /Databricks/, /open-source/],
    ['runs:/', /has no run id/, /runs:\/<run id>/],
    ['models://wine-quality/1', /double slash/, /`models:\/wine-quality\/1`/],
    ['models:/wine/Prodction', /stage \(None, Staging, Production, Archived\)/, /did you mean `Production`/],
    [`runs://${RUN}/model`, /double slash/, /one slash/],
    [`runs:/${RUN}/../x`, /leads out of its run/, /remove/],
    [MODEL, /no scheme/, new RegExp(`models:/${MODEL}`)],
    ['s3://', /no path/, /s3:\/\/bucket/],
    ['s3://bucket/wine/MLmodel', /is a file/, /folder/],
    ['https://mlflow.example.com/#/models/wine%20red/versions/7', /page of the MLflow UI/, /models:\/wine red\/7/],
  ])('%j is refused with its cure', (text, message, hint) => {
    const refusal = refusalOf(() => parseModelUri(text));
    expect(refusal.code).toBe('model-uri-invalid');
    expect(refusal.message).toMatch(message);
    expect(refusal.hint).toMatch(hint);
  });
});

function refusalOf(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

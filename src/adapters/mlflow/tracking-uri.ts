import { unescape as percentDecoded } from 'node:querystring';
import { UserError } from '../../base/errors.ts';
import type { RegistryConfig } from '../../settings/config.ts';

/** @throws UserError bad-input unless it is the http(s) URL of an MLflow server */
export function parseTrackingUri(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  const vendor = /^azureml:/.test(text)
    ? 'Azure Machine Learning'
    : /^arn:aws[\w-]*:sagemaker:/.test(text)
      ? 'SageMaker'
      : undefined;
  if (vendor !== undefined) {
    throw new UserError(
      'bad-input',
      `the tracking URI is one of ${vendor}, which needs a plugin of MLflow to be asked`,
      {
        hint: 'leave `mlflow-tracking-uri` out, and give the storage URI of the model as `model-uri` with a `smoke-request`',
      },
    );
  }
  const isDatabricks = /^databricks|^uc:/.test(text);
  throw new UserError(
    'bad-input',
    isDatabricks
      ? `the tracking URI \`${text}\` names a Databricks or Unity Catalog registry, which this action does not support`
      : 'the tracking URI is not the http(s) URL of an MLflow server',
    {
      hint: isDatabricks
        ? 'set `model-uri` to the storage URI of the model'
        : 'set the input `mlflow-tracking-uri` (or MLFLOW_TRACKING_URI) to a URL such as `https://mlflow.example.com`',
    },
  );
}

/** Basic authentication has precedence over a bearer token, as in MLflow's client. */
export function headersOf(
  base: URL,
  {
    config,
    workspace,
  }: {
    readonly config: Pick<RegistryConfig, 'username' | 'password' | 'token'>;
    readonly workspace?: string | undefined;
  },
): Record<string, string> {
  const username = config.username ?? percentDecoded(base.username);
  const password = config.password ?? percentDecoded(base.password);
  const basic = username !== '' && password !== '' && Buffer.from(`${username}:${password}`).toString('base64');
  const authorization = basic ? `Basic ${basic}` : config.token && `Bearer ${config.token}`;
  return {
    ...(authorization !== undefined && authorization !== '' && { authorization }),
    ...(workspace !== undefined && { 'x-mlflow-workspace': workspace }),
  };
}

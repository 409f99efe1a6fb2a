import { UserError } from '../../base/errors.ts';
import type { ContainerSpec, Predictor } from '../../seldon/seldon-deployment.ts';
import { renderedSpecOf } from '../manifest.ts';
import type { PlanRequest } from '../plan-request.ts';

/** Servers of MLflow models: Seldon's own, and those that an operator's config declares beside it. */
const MLFLOW_SERVER = /^MLFLOW_SERVER/;

/**
 * Refuses a predictor in which another program than an MLflow server would answer: Seldon fetches the model, and what
 * runs is the image in the container, or the server that the graph names. An old model would pass for the new one.
 * @throws UserError object-not-ours, manifest-invalid
 */
export function refuseForeignServer(
  { live, name, namespace }: PlanRequest,
  liveMain: Predictor | undefined,
  baseMain: Predictor | undefined,
): void {
  const where = `SeldonDeployment ${namespace}/${name}`;
  const asked = baseMain?.graph.implementation;
  if (asked !== undefined && !MLFLOW_SERVER.test(asked)) {
    throw new UserError('manifest-invalid', `the input \`manifest\` names the server \`${asked}\``, {
      hint: 'write `implementation: MLFLOW_SERVER` there, or leave it out: this action ships MLflow models',
    });
  }
  const found = liveMain?.graph.implementation;
  if (asked === undefined && found !== undefined && !MLFLOW_SERVER.test(found)) {
    throw new UserError('object-not-ours', `${where} runs the server \`${found}\`, which loads no MLflow model`, {
      hint: 'choose another `name`, or give `implementation: MLFLOW_SERVER` in `manifest` to replace that server',
    });
  }
  const image = imageOf(liveMain);
  const noted = live && imageOf(renderedSpecOf(live).predictors.find((one) => one.name === liveMain?.name));
  if (image === undefined || image === noted || imageOf(baseMain) !== undefined) return;
  throw new UserError('object-not-ours', `${where} runs an image of its own, ${image}, whatever model it is given`, {
    hint: 'remove `image` from the live container, or give the image in `manifest` if it is an MLflow server',
  });
}

function imageOf(predictor: Predictor | undefined): string | undefined {
  const containers = predictor?.componentSpecs?.flatMap(({ spec }): readonly ContainerSpec[] => spec?.containers ?? []);
  const image = containers?.find(({ name }) => name === predictor?.graph.name)?.['image'];
  return typeof image === 'string' && image !== '' ? image : undefined;
}

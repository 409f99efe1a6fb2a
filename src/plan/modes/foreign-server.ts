import { UserError } from '../../base/errors.ts';
import { containerOf, isMlflowServer, nodesOf } from '../../seldon/graph.ts';
import type { Predictor } from '../../seldon/seldon-deployment.ts';
import { renderedSpecOf } from '../manifest.ts';
import type { PlanRequest } from '../plan-request.ts';

/**
 * Refuses a predictor in which another program than an MLflow server would answer: Seldon fetches the model, and what
 * runs is the image in the container, or the server that the graph names. An old model would pass for the new one.
 * @throws UserError object-not-ours, manifest-invalid
 */
export function refuseForeignServer(
  { live, name, namespace }: PlanRequest,
  main: { readonly live: Predictor | undefined; readonly base: Predictor | undefined; readonly node: string },
): void {
  const { live: liveMain, base: baseMain, node } = main;
  const where = `SeldonDeployment ${namespace}/${name}`;
  const asked = serverOf(baseMain, node);
  if (asked !== undefined && !isMlflowServer({ implementation: asked })) {
    throw new UserError('manifest-invalid', `the input \`manifest\` names the server \`${asked}\``, {
      hint: 'write `implementation: MLFLOW_SERVER` there, or leave it out: this action ships MLflow models',
    });
  }
  const found = serverOf(liveMain, node);
  if (asked === undefined && found !== undefined && !isMlflowServer({ implementation: found })) {
    throw new UserError('object-not-ours', `${where} runs the server \`${found}\`, which loads no MLflow model`, {
      hint: 'choose another `name`, or give `implementation: MLFLOW_SERVER` in `manifest` to replace that server',
    });
  }
  const image = imageOf(liveMain, nodeName(liveMain, node));
  const noted =
    live &&
    imageOf(
      renderedSpecOf(live).predictors.find((one) => one.name === liveMain?.name),
      nodeName(liveMain, node),
    );
  if (image === undefined || image === noted || imageOf(baseMain, node) !== undefined) return;
  throw new UserError('object-not-ours', `${where} runs an image of its own, ${image}, whatever model it is given`, {
    hint: 'remove `image` from the live container, or give the image in `manifest` if it is an MLflow server',
  });
}

/** A graph of one node may get another name. */
function nodeName(predictor: Predictor | undefined, node: string): string {
  const nodes = predictor === undefined ? [] : nodesOf(predictor.graph);
  return nodes.length === 1 ? (nodes[0]?.name ?? node) : node;
}

function serverOf(predictor: Predictor | undefined, node: string): string | undefined {
  if (predictor === undefined) return undefined;
  return nodesOf(predictor.graph).find(({ name }) => name === nodeName(predictor, node))?.implementation;
}

function imageOf(predictor: Predictor | undefined, node: string): string | undefined {
  const image = containerOf(predictor, node)?.['image'];
  return typeof image === 'string' && image !== '' ? image : undefined;
}

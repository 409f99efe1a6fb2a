import { UserError } from '../../base/errors.ts';
import { initializerOf } from '../../seldon/created-objects.ts';
import { containerOf, isMlflowServer, modelNodeName, nodesOf } from '../../seldon/graph.ts';
import type { Predictor } from '../../seldon/seldon-deployment.ts';
import { renderedSpecOf } from '../manifest.ts';
import type { PlanRequest } from '../plan-request.ts';

/**
 * Refuses a predictor in which another program than an MLflow server would answer: Seldon fetches the model, and what
 * runs is the image in the container, or the server that the graph names. An old model would pass for the new one.
 * @throws UserError object-not-ours, manifest-invalid
 */
export function refuseForeignServer(
  request: PlanRequest,
  main: { readonly live: Predictor | undefined; readonly base: Predictor | undefined; readonly node: string },
): void {
  const { name, namespace } = request;
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
  refuseOwnInitializer(baseMain, node, { where: 'the input `manifest`', code: 'manifest-invalid' });
  if (imageOf(baseMain, node) === undefined) refuseOwnProgram(request, liveMain);
  else refuseOwnInitializer(liveMain, nodeName(liveMain, node), { where, code: 'object-not-ours' });
}

/**
 * Refuses a live predictor whose model container runs an image that we did not give it, or whose files come from an init
 * container of its own: it answers the same whatever model the graph names.
 * @throws UserError object-not-ours
 */
export function refuseOwnProgram({ live, name, namespace }: PlanRequest, predictor: Predictor | undefined): void {
  if (live === undefined || predictor === undefined) return;
  const where = `SeldonDeployment ${namespace}/${name}`;
  const node = modelNodeName(predictor);
  const image = imageOf(predictor, node);
  const noted = renderedSpecOf(live).predictors.find((one) => one.name === predictor.name);
  if (image !== undefined && image !== imageOf(noted, node)) {
    const whose = predictor === live.spec.predictors[0] ? '' : ` on \`${predictor.name}\``;
    throw new UserError(
      'object-not-ours',
      `${where} runs an image of its own${whose}, ${image}, whatever model it is given`,
      {
        hint: 'remove `image` from the live container, or deploy with mode `direct` and give the image in `manifest` if it is an MLflow server',
      },
    );
  }
  refuseOwnInitializer(predictor, node, { where, code: 'object-not-ours' });
}

/** The operator leaves an init container of that name as it is, so that it would fetch what it always fetched. */
function refuseOwnInitializer(
  predictor: Predictor | undefined,
  node: string,
  { where, code }: { readonly where: string; readonly code: 'object-not-ours' | 'manifest-invalid' },
): void {
  const initializer = initializerOf(node);
  const isOwn = predictor?.componentSpecs?.some(({ spec }) => {
    const all = spec?.['initContainers'];
    return Array.isArray(all) && all.some((one) => one?.name === initializer);
  });
  if (isOwn !== true) return;
  throw new UserError(
    code,
    `${where} has an init container \`${initializer}\`, which Seldon runs in place of its own`,
    {
      hint: 'give that init container another name, or remove it: Seldon adds the one that fetches the model',
    },
  );
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

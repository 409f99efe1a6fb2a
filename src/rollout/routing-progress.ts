import type { SeldonDeployment, StatusCondition } from '../seldon/seldon-deployment.ts';
import type { Route, RouteBackend, Snapshot } from '../seldon/snapshot.ts';
import type { Expectation, ExpectedPredictor } from './expectation.ts';

/** Conditions that report the operator's routing objects. */
const ROUTING = [
  { type: 'ambassadormappingsready', kind: 'Mapping' },
  { type: 'istiovirtualservicesready', kind: 'VirtualService' },
] as const;

type RoutingKind = Route['kind'];

/** Kinds of routes that decide about this object: the others need not be read. */
export function routeKindsOf({ status }: SeldonDeployment, expected: Expectation): readonly RoutingKind[] {
  const told = ROUTING.filter(({ type }) => conditionOf(status, type) !== undefined).map(({ kind }) => kind);
  return needsAnnotated(expected) ? [...told, 'Service'] : told;
}

/** What the operator says of its routing objects of one kind; undefined where this ingress is not used. */
function conditionOf(status: SeldonDeployment['status'], type: string): StatusCondition | undefined {
  const told = status?.conditions?.find((one) => one.type.toLowerCase() === type);
  return told?.reason === undefined || told.reason.startsWith('No ') ? undefined : told;
}

/** No condition reports routes in annotations. If traffic is split, these routes must be read. */
function needsAnnotated({ predictors: [main, ...others] }: Expectation): boolean {
  return others.length > 0 || main?.weighed === true;
}

/**
 * The first route that is not as expected, in words: missing, with another weight, or of a removed predictor. A
 * reason that begins with "No " means that this ingress is not used. If no route of a kind is visible (no permission to
 * read), the operator's status decides.
 */
export function routingProgress(
  { status }: SeldonDeployment,
  { routes }: Snapshot,
  expected: Expectation,
): string | undefined {
  for (const { type, kind } of ROUTING) {
    const told = conditionOf(status, type);
    if (told === undefined) continue;
    const ofKind = routes?.filter((route) => route.kind === kind);
    if (ofKind?.length === 0 && told.status === 'True') continue;
    const wrong = firstWrong(kind, ofKind?.flatMap((route) => route.backends) ?? [], expected);
    if (wrong !== undefined) return wrong;
  }
  return annotatedProgress(routes, expected);
}

function annotatedProgress(routes: Snapshot['routes'], expected: Expectation): string | undefined {
  if (!needsAnnotated(expected)) return undefined;
  if (routes === undefined) return 'the routes have not been read yet';
  const annotated = routes.filter((route) => route.kind === 'Service');
  if (annotated.length === 0) return undefined;
  return firstWrong(
    'Service',
    annotated.flatMap((route) => route.backends),
    expected,
  );
}

function firstWrong(
  kind: RoutingKind,
  backends: readonly RouteBackend[],
  { predictors, explainers }: Expectation,
): string | undefined {
  const services = new Map(predictors.map((one) => [one.service, one]));
  for (const [service, predictor] of services) {
    const own = backends.filter((backend) => backend.service === service);
    if (own.length === 0) return `waiting for the ${kind} of ${predictor.name}`;
    if (predictors.length === 1 && !predictor.weighed) continue;
    const wanted = weightOf(kind, predictor, predictors);
    const other = own.find(
      ({ mirrored, weight }) => mirrored !== predictor.shadow || (wanted !== undefined && weight !== wanted),
    );
    if (other !== undefined) return `waiting for ${wanted ?? predictor.traffic} % in the ${kind} of ${predictor.name}`;
  }
  const extra = backends.find(({ service }) => !services.has(service) && !explainers.includes(service));
  return extra === undefined ? undefined : `waiting for the ${kind} of ${extra.service} to go`;
}

/** In Ambassador, the first predictor has no weight: it gets the rest. A weight of 0 is not in the annotations. */
function weightOf(
  kind: RoutingKind,
  predictor: ExpectedPredictor,
  predictors: readonly ExpectedPredictor[],
): number | undefined {
  const takesTheRest = kind !== 'VirtualService' && predictor === predictors[0] && !predictor.weighed;
  const isUnwritten = kind === 'Service' && predictor.traffic === 0;
  // Istio copies all requests where no percentage is written, and the operator writes none for 0.
  if (kind === 'VirtualService' && predictor.shadow && predictor.traffic === 0) return 100;
  return takesTheRest || isUnwritten ? undefined : predictor.traffic;
}

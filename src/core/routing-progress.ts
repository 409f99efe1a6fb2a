import { predictorService } from './protocol.ts';
import type { Expectation } from './rollout-status.ts';
import type { SeldonDeployment } from './seldon-deployment.ts';
import type { Snapshot } from './snapshot.ts';

/** Conditions by which the operator tells of its routing objects. */
const ROUTING = [
  { type: 'ambassadormappingsready', kind: 'Mapping' },
  { type: 'istiovirtualservicesready', kind: 'VirtualService' },
] as const;

/**
 * Which route is still missing, in words. A reason that begins with "No " means that this ingress is not in use.
 * Where none of a kind can be seen (not allowed to look), the operator's own word has to do.
 */
export function routingProgress(
  { status }: SeldonDeployment,
  { routes }: Snapshot,
  { name, predictors }: Expectation,
): string | undefined {
  for (const { type, kind } of ROUTING) {
    const told = status?.conditions?.find((one) => one.type.toLowerCase() === type);
    if (told?.reason === undefined || told.reason.startsWith('No ')) continue;
    const ofKind = routes?.filter((route) => route.kind === kind);
    const backends = ofKind?.flatMap((route) => route.backends);
    const seen = backends?.map((backend) => backend.service) ?? [];
    const missing = predictors.find((one) => !seen.includes(predictorService(name, one.name)));
    const isHidden = ofKind?.length === 0 && told.status === 'True';
    if (missing !== undefined && !isHidden) return `waiting for the ${kind} of ${missing.name}`;
  }
  return undefined;
}

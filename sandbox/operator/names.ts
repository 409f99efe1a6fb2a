import { createHash } from 'node:crypto';
import type { ComponentSpec, Predictor, SeldonDeployment } from './seldon-deployment.ts';

/** Names over 63 characters are replaced by a hash of themselves. */
function shortened(name: string): string {
  return name.length > 63 ? `seldon-${createHash('md5').update(name).digest('hex')}` : name;
}

export function seldonId({ metadata }: SeldonDeployment): string {
  return shortened(metadata.name);
}

export function predictorServiceName({ metadata }: SeldonDeployment, { name, annotations }: Predictor): string {
  return annotations?.['seldon.io/svc-name'] ?? shortened(`${metadata.name}-${name}`);
}

export function containerServiceName(sdep: string, predictor: string, container: string): string {
  return shortened(`${sdep}-${predictor}-${container}`);
}

export function engineDeploymentName({ metadata }: SeldonDeployment, { name }: Predictor): string {
  return shortened(`${metadata.name}-${name}-svc-orch`);
}

/** The explainer's Deployment and its Service have one name. */
export function explainerName({ metadata }: SeldonDeployment, { name }: Predictor): string {
  return shortened(`${metadata.name}-${name}-explainer`);
}

/** `wine-main-0-prediction`: it has no hash of the content. */
export function deploymentName(
  { metadata }: SeldonDeployment,
  { name }: Predictor,
  { component, index }: { readonly component: ComponentSpec; readonly index: number },
): string {
  const containers = (component.spec?.containers ?? []).map((container) => container.name).join('-');
  return shortened(`${metadata.name}-${name}-${index}-${component.metadata?.name ?? containers}`);
}

import { dump } from 'js-yaml';
import { predictorServiceName } from './names.ts';
import type { RoutedPredictor } from './routes.ts';
import type { SeldonDeployment } from './seldon-deployment.ts';

/**
 * How an operator tells Ambassador of its routes: Mapping objects (AMBASSADOR_VERSION=v2), or YAML in an annotation of
 * the predictor's Service (v1). `v0` is Seldon 0.2 and 0.3: a second SeldonDeployment gets a share of the first one's
 * requests.
 */
export type AmbassadorForm = 'mappings' | 'v1' | 'v0';

export const AMBASSADOR_CONFIG = 'getambassador.io/config';

/** The annotation of one predictor's Service. The first predictor and a predictor without a share have no weight. */
export function ambassadorAnnotation(
  sdep: SeldonDeployment,
  { predictor, ports }: RoutedPredictor,
  { isFirst, form }: { readonly isFirst: boolean; readonly form: Exclude<AmbassadorForm, 'mappings'> },
): string {
  const { name, namespace = 'default' } = sdep.metadata;
  const annotations = sdep.spec.annotations ?? {};
  const publicName = annotations['seldon.io/ambassador-service-name'] ?? name;
  const service = `${predictorServiceName(sdep, predictor)}.${namespace}`;
  const weight = form === 'v0' ? Number(annotations['seldon.io/ambassador-weight'] ?? 0) : (predictor.traffic ?? 0);
  const isShadow = form === 'v0' ? annotations['seldon.io/ambassador-shadow'] !== undefined : predictor.shadow === true;
  const isWeighed = weight > 0 && (form === 'v0' || !isFirst);
  const shared = {
    apiVersion: `ambassador/${form}`,
    kind: 'Mapping',
    timeout_ms: Number(annotations['seldon.io/rest-timeout'] ?? 3000),
    ...(isWeighed && { weight }),
    ...(isShadow && { shadow: true }),
  };
  const id = `seldon_${namespace}_${name}_${predictor.name}`;
  const rest = {
    ...shared,
    name: `${id}_rest_mapping`,
    prefix: `/seldon/${namespace}/${publicName}/`,
    rewrite: '/',
    service: `${service}:${ports.http}`,
  };
  const grpc = {
    ...shared,
    name: `${id}_grpc_mapping`,
    grpc: true,
    prefix: '/seldon.protos.Seldon/',
    rewrite: '/seldon.protos.Seldon/',
    headers: { seldon: publicName, namespace },
    service: `${service}:${ports.grpc}`,
  };
  return [rest, grpc].map((mapping) => `---\n${dump(mapping)}`).join('');
}

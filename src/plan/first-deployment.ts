import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Config } from '../settings/config.ts';
import type { Mode } from '../settings/modes.ts';

/**
 * Modes whose model is meant to become main, so that it may be the first one. The model of a shadow must answer nobody,
 * and one model alone is no A/B test.
 */
const BECOMES_MAIN: readonly Mode[] = ['canary', 'blue-green'];

/**
 * The settings of a run whose object does not exist yet: a canary beside nothing is deployed with all requests, as with
 * mode `direct`. All other runs keep their settings.
 */
export function withFirstDeployment(config: Config, live: SeldonDeployment | undefined): Config {
  const { mode, share } = config;
  const isOne = live === undefined && BECOMES_MAIN.includes(mode) && share.routing === 'seldon';
  if (!isOne || share.firstDeployment === 'refuse') return config;
  return { ...config, mode: 'direct', share: { ...share, traffic: undefined, steps: [] } };
}

/** What to do where nothing is live. */
export function firstDeploymentCure(mode: Mode): string {
  const first = 'deploy a first model with mode `direct`';
  const names = 'or correct the inputs `name` and `namespace`';
  return BECOMES_MAIN.includes(mode) ? `${first}, or set \`first-deployment: deploy\`, ${names}` : `${first}, ${names}`;
}

import { replicasOf, withScalingOf } from '../../seldon/replicas.ts';
import type { Predictor, SeldonDeployment } from '../../seldon/seldon-deployment.ts';
import { autoscalingOf, podsOf, sizedTo } from '../../seldon/sizing.ts';

export interface SizeRequest {
  /** The live object. */
  readonly live: SeldonDeployment;
  readonly main: Predictor;
  /** The rendered candidate, with the numbers of main. */
  readonly candidate: Predictor;
  /** Maximum percent of its requests. */
  readonly traffic: number;
  /** Its pods as a part of main's. */
  readonly ratio: number;
  /** The input `replicas`. */
  readonly asked: number | undefined;
}

export interface SizedCandidate {
  readonly candidate: Predictor;
  readonly pods: number;
  /** Why it has this number, where that is not obvious. */
  readonly notes: readonly string[];
}

/**
 * Gives a candidate its number of pods: the input, else that of the live candidate, else its part of the pods that main
 * has now. A live candidate gets more only together with more requests.
 */
export function sizeCandidate({ live, main, candidate, traffic, ratio, asked }: SizeRequest): SizedCandidate {
  const mains = podsOf(live, main);
  if (asked !== undefined) {
    return { candidate: sizedTo(candidate, { pods: asked, ratio: asked / mains }), pods: asked, notes: [] };
  }
  const pods = Math.max(1, Math.ceil(mains * ratio));
  const before = live.spec.predictors.find((one) => one.name === candidate.name);
  const has = before === undefined ? 0 : podsOf(live, before);
  if (before !== undefined && (has >= pods || traffic <= (before.traffic ?? 0)))
    return { candidate: withScalingOf(candidate, before), pods: has, notes: [] };
  const sized = sizedTo(candidate, { pods, ratio });
  const isObvious = pods === mains && mains === replicasOf(live.spec, main) && autoscalingOf(main) === undefined;
  return { candidate: sized, pods, notes: isObvious ? [] : [sizeNote({ main, mains, sized, pods, traffic })] };
}

interface NoteParts {
  readonly main: Predictor;
  readonly mains: number;
  readonly sized: Predictor;
  readonly pods: number;
  readonly traffic: number;
}

function sizeNote({ main, mains, sized, pods, traffic }: NoteParts): string {
  const size = `\`${sized.name}\` gets ${counted(pods)}`;
  const why = pods === mains ? `, as many as ${main.name} has now` : ` for ${traffic} %: ${main.name} has ${mains}`;
  const [own, theirs] = [autoscalingOf(sized), autoscalingOf(main)];
  const limits = own && theirs && `; its autoscaler keeps ${range(own)}, that of ${main.name} ${range(theirs)}`;
  return `${size}${why}${limits ?? ''}. The input \`replicas\` sets another number.`;
}

function range({ least, most }: NonNullable<ReturnType<typeof autoscalingOf>>): string {
  return most === undefined ? `at least ${least}` : `${least} to ${most}`;
}

function counted(pods: number): string {
  return pods === 1 ? '1 pod' : `${pods} pods`;
}

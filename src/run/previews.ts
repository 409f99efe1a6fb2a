import { mostOf } from '../base/numbers/extremes.ts';
import { ANNOTATIONS, FIELD_MANAGER, type SeldonDeployment } from '../seldon/seldon-deployment.ts';

/** One preview that a sweep found. */
export interface PreviewFound {
  readonly object: SeldonDeployment;
  /** Milliseconds since the last deployment, by the API server's clock and ours. */
  readonly age: number;
}

/**
 * The previews of `name` that this action created, oldest first. Objects of other tools are ignored, whatever their
 * name.
 * @param now milliseconds since the epoch
 */
export function previewsAmong(
  objects: readonly SeldonDeployment[],
  { name, now }: { readonly name: string; readonly now: number },
): readonly PreviewFound[] {
  const number = (object: SeldonDeployment) => {
    const { name: full } = object.metadata;
    return full.startsWith(`${name}-pr-`) ? full.slice(`${name}-pr-`.length) : '';
  };
  return objects
    .filter((one) => /^\d+$/.test(number(one)) && one.metadata.annotations?.[ANNOTATIONS.rendered] !== undefined)
    .map((object) => ({ object, age: now - shippedAt(object, now) }))
    .toSorted((a, b) => b.age - a.age);
}

/** When we last wrote its spec, as recorded by the API server. An object without a readable time counts as new. */
function shippedAt({ metadata }: SeldonDeployment, now: number): number {
  const ours = metadata.managedFields?.filter(
    ({ manager, subresource }) => manager === FIELD_MANAGER && (subresource ?? '') === '',
  );
  const times = [metadata.creationTimestamp, ...(ours ?? []).map(({ time }) => time)];
  const known = times.map((time) => Date.parse(time ?? '')).filter(Number.isFinite);
  return known.length === 0 ? now : mostOf(known);
}

/** `3 days`, `5 hours`. */
export function ageInWords(milliseconds: number): string {
  const hours = Math.max(0, Math.floor(milliseconds / 3_600_000));
  const [count, unit] = hours < 48 ? [hours, 'hour'] : [Math.floor(hours / 24), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

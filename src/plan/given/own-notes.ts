import { ANNOTATIONS } from '../../seldon/seldon-deployment.ts';

const OURS: ReadonlySet<string> = new Set(Object.values(ANNOTATIONS).filter((key) => key !== ANNOTATIONS.graphNode));
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Annotations without those that this action or kubectl wrote; undefined if none is left. */
export function withoutNotes(annotations: Readonly<Record<string, string>> = {}): Record<string, string> | undefined {
  const others = Object.entries(annotations).filter(([key]) => !OURS.has(key) && key !== LAST_APPLIED);
  return others.length === 0 ? undefined : Object.fromEntries(others);
}

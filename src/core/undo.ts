import { isTree } from './overlay.ts';
import type { SeldonDeployment } from './seldon-deployment.ts';

/**
 * The manifest that takes an apply back: for every field we applied, the value it had before. A field that was not
 * there before is left out, and server-side apply then removes it, since nobody but us owns it.
 *
 * @param applied what we applied
 * @param before  the live object as it was before that
 * @param resourceVersion of the object now: nobody may have changed it since we looked
 */
export function undoManifest(
  applied: SeldonDeployment,
  before: SeldonDeployment,
  resourceVersion: string | undefined,
): SeldonDeployment {
  const { resourceVersion: _, ...metadata } = applied.metadata;
  const restored = restore({ ...applied, metadata }, before) as SeldonDeployment;
  return {
    ...restored,
    metadata: { ...restored.metadata, ...(resourceVersion !== undefined && { resourceVersion }) },
  };
}

function restore(applied: unknown, before: unknown): unknown {
  if (!isTree(applied) || !isTree(before)) return before;
  const kept = Object.keys(applied).filter((key) => key in before);
  return Object.fromEntries(kept.map((key) => [key, restore(applied[key], before[key])]));
}

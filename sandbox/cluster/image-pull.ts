import type { ContainerImage } from '../container.ts';
import type { Occurrence } from './events.ts';

/** Seconds: the kubelet's first back-off, which doubles each time, and its longest. */
export const BACKOFF = 10;
export const LONGEST_BACKOFF = 300;
/** Seconds between two syncs of a pod by the kubelet. */
export const SYNC = 1;

/** The effects of a pull on its container. */
export interface PullSteps {
  imageOf(reference: string): ContainerImage | undefined;
  report(type: Occurrence['type'], reason: string, message: string): void;
  wait(waiting: { readonly reason: string; readonly message: string }): void;
  pause(seconds: number): Promise<void>;
  isOver(): boolean;
}

/** Pulls until the image exists, with the messages of kubelet and containerd; undefined if the pod ends before. */
export async function pullImage(reference: string, steps: PullSteps): Promise<ContainerImage | undefined> {
  const full = normalized(reference);
  const cause = `failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${full}: not found`;
  const error = `rpc error: code = NotFound desc = ${cause}`;
  for (let seconds = BACKOFF; !steps.isOver(); seconds = Math.min(seconds * 2, LONGEST_BACKOFF)) {
    const image = steps.imageOf(reference);
    if (image !== undefined) {
      steps.report('Normal', 'Pulled', `Container image "${reference}" already present on machine`);
      return image;
    }
    steps.report('Normal', 'Pulling', `Pulling image "${reference}"`);
    steps.report('Warning', 'Failed', `Failed to pull image "${reference}": ${error}`);
    steps.report('Warning', 'Failed', 'Error: ErrImagePull');
    steps.wait({ reason: 'ErrImagePull', message: error });
    await steps.pause(SYNC);
    const message = `Back-off pulling image "${reference}"`;
    steps.report('Normal', 'BackOff', message);
    steps.report('Warning', 'Failed', 'Error: ImagePullBackOff');
    steps.wait({ reason: 'ImagePullBackOff', message: `${message}: ErrImagePull: ${error}` });
    await steps.pause(seconds);
  }
  return undefined;
}

/** `docker.io/library/web:latest` of `web`. */
export function normalized(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  const isHost = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const full = isHost ? reference : `docker.io/${rest.length === 0 ? 'library/' : ''}${reference}`;
  return /[:@]/.test(full.slice(full.lastIndexOf('/'))) ? full : `${full}:latest`;
}

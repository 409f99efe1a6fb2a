/** `seldonio/rclone-storage-initializer`: `rclone copy SOURCE /mnt/models`, and rclone's messages if it fails. */
import type { ContainerContext, ContainerExit, ContainerImage } from '../container.ts';
import type { ObjectStore } from '../models.ts';

/** The only remote that the image defines. */
const PRESETS: Readonly<Record<string, string>> = { RCLONE_CONFIG_GS_TYPE: 'google cloud storage' };
/** The access key that no store accepts. */
const WRONG_KEY = 'wrong';

export function storageInitializerImage(store: ObjectStore): ContainerImage {
  return async (context) => copy(context, store);
}

function copy(context: ContainerContext, store: ObjectStore): ContainerExit {
  const [source = ''] = context.args;
  const log = (line: string) => context.log(`${stamp()} ${line}`);
  const { remote, path } = splitSource(source);
  const env: Readonly<Record<string, string>> = { ...PRESETS, ...context.env };
  if (remote !== undefined && env[`RCLONE_CONFIG_${remote.toUpperCase()}_TYPE`] === undefined) {
    log(`Failed to create file system for "${source}": didn't find section in config file`);
    return { exitCode: 1 };
  }
  if (remote !== undefined && env[`RCLONE_CONFIG_${remote.toUpperCase()}_ACCESS_KEY_ID`] === WRONG_KEY) {
    return refused(log, `${placeOf(remote, path)}: error reading source root directory`, {
      exitCode: 1,
      why: 'InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.',
    });
  }
  const root = remote === undefined ? path : `${remote.toLowerCase()}://${path}`;
  const [bucket] = path.split('/');
  const exists = [...store.keys()].some((uri) => uri.startsWith(`${remote?.toLowerCase()}://${bucket}/`));
  if (remote === undefined || !exists) {
    const why = 'directory not found';
    return refused(log, `${placeOf(remote, path)}: error reading source root directory`, { exitCode: 3, why });
  }
  const files = filesUnder(store, root);
  for (const [name, content] of files) {
    context.models.set(name, content);
    log(`INFO  : ${name}: Copied (new)`);
  }
  // A prefix without objects is not an error for S3 and rclone.
  if (files.length === 0) log('INFO  : There was nothing to transfer');
  const size = files.reduce((sum, [, content]) => sum + Buffer.byteLength(content), 0);
  log('INFO  : ');
  context.log(
    `Transferred:   \t${String(size).padStart(11)} B / ${size} B, ${files.length === 0 ? '-' : '100%'}, 0 B/s, ETA -`,
  );
  if (files.length > 0) context.log(`Transferred:            ${files.length} / ${files.length}, 100%`);
  return { exitCode: 0 };
}

/** `s3://bucket/key` and `s3:bucket/key` are the same for rclone; a path that starts with a slash is local. */
function splitSource(source: string): { readonly remote: string | undefined; readonly path: string } {
  const match = /^([\w.+@-]+):\/*(.*)$/.exec(source);
  return { remote: match?.[1], path: (match?.[2] ?? source).replace(/\/+$/, '') };
}

/** The folder itself, or all folders below it. */
function filesUnder(store: ObjectStore, root: string): readonly (readonly [name: string, content: string])[] {
  return [...store].flatMap(([uri, folder]) => {
    if (uri !== root && !uri.startsWith(`${root}/`)) return [];
    const prefix = uri === root ? '' : `${uri.slice(root.length + 1)}/`;
    return Object.entries(folder).map(([name, content]) => [`${prefix}${name}`, content] as const);
  });
}

function placeOf(remote: string | undefined, path: string): string {
  if (remote === undefined) return `Local file system at ${path}`;
  const [bucket, ...key] = path.split('/');
  return `S3 bucket ${bucket} path ${key.join('/')}`;
}

interface Refusal {
  readonly exitCode: number;
  readonly why: string;
}

/** rclone tries three times. */
function refused(log: (line: string) => void, what: string, { exitCode, why }: Refusal): ContainerExit {
  for (let attempt = 1; attempt <= 3; attempt++) {
    log(`ERROR : ${what}: ${why}`);
    log(`ERROR : Attempt ${attempt}/3 failed with 1 errors and: ${why}`);
  }
  log(`Failed to copy: ${why}`);
  return { exitCode };
}

/** `2026/11/23 06:17:04` */
function stamp(): string {
  return new Date().toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
}

import { UserError } from '../../base/errors.ts';
import { parseManifest } from '../../plan/given/parse-manifest.ts';
import { formatManifest, mergedFile } from '../../plan/manifest-file.ts';
import type { ApplyOptions, Cluster, ObjectRef } from '../../seldon/cluster.ts';
import type { SeldonDeployment } from '../../seldon/seldon-deployment.ts';

const INPUT = 'manifest-file';

/** Files of the repository, by the input that names them. */
interface Files {
  find(path: string, input: string): Promise<string | undefined>;
  replace(path: string, input: string, content: string): Promise<void>;
}

/** Reads the file. @throws UserError bad-input, manifest-invalid */
export async function openManifestFile(files: Files, path: string): Promise<ManifestFile> {
  const text = await files.find(path, INPUT);
  return new ManifestFile(files, path, text === undefined ? undefined : parseManifest(text, path, INPUT));
}

/**
 * A file that Argo CD or Flux applies, instead of a cluster. Its content counts as the live state, and an apply replaces it.
 * Nothing runs in a file, so waiting, proofs and observation are not possible.
 */
export class ManifestFile implements Cluster {
  readonly server: string;
  readonly defaultNamespace: string | undefined;
  readonly #files: Files;
  #object: SeldonDeployment | undefined;

  constructor(files: Files, path: string, object: SeldonDeployment | undefined) {
    this.server = path;
    this.defaultNamespace = object?.metadata.namespace;
    this.#files = files;
    this.#object = object;
  }

  async read({ namespace, name }: ObjectRef): Promise<SeldonDeployment | undefined> {
    if (this.#object === undefined) return undefined;
    // Without a namespace, Argo CD or Flux sets it.
    const { metadata } = this.#object;
    if (metadata.name === name && (metadata.namespace ?? namespace) === namespace) return this.#object;
    const found = [metadata.namespace, metadata.name].filter((part) => part !== undefined).join('/');
    throw new UserError(
      'object-not-ours',
      `${this.server} contains SeldonDeployment ${found}, but this run is about ${namespace}/${name}`,
      { hint: 'use a separate `manifest-file` for each, or correct the inputs `name` and `namespace`' },
    );
  }

  async apply(manifest: SeldonDeployment, { dryRun }: ApplyOptions): Promise<SeldonDeployment> {
    const written = mergedFile(this.#object, manifest);
    if (dryRun) return written;
    await this.#files.replace(this.server, INPUT, formatManifest(written));
    this.#object = written;
    return written;
  }

  /** A file needs no permissions. */
  async missingPermissions(): Promise<readonly never[]> {
    return [];
  }

  /** The routes are unknown. */
  async routes(): Promise<readonly never[]> {
    return [];
  }

  async secretKeys(): Promise<'forbidden'> {
    return 'forbidden';
  }

  servedVersions(): Promise<never> {
    return this.#cannot('list served versions');
  }

  list(): Promise<never> {
    return this.#cannot('list other objects');
  }

  annotate(): Promise<never> {
    return this.#cannot('store annotations');
  }

  remove(): Promise<never> {
    return this.#cannot('delete an object');
  }

  removeDeployment(): Promise<never> {
    return this.#cannot('remove a Deployment');
  }

  observe(): Promise<never> {
    return this.#cannot('be watched');
  }

  logs(): Promise<never> {
    return this.#cannot('have logs');
  }

  events(): Promise<never> {
    return this.#cannot('have events');
  }

  acquireLease(): Promise<never> {
    return this.#cannot('acquire a lease');
  }

  releaseLease(): Promise<never> {
    return this.#cannot('release a lease');
  }

  get leases(): never {
    throw new Error(`${this.server} is a file: it has no Leases`);
  }

  service(): never {
    throw new Error(`${this.server} is a file: it has no Services`);
  }

  pod(): never {
    throw new Error(`${this.server} is a file: it has no Services`);
  }

  close(): void {}

  /** A call that only a cluster supports is a bug. */
  async #cannot(what: string): Promise<never> {
    throw new Error(`${this.server} is a file: it cannot ${what}`);
  }
}

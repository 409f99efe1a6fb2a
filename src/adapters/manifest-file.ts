import { UserError } from '../core/errors.ts';
import type { SeldonDeployment } from '../core/seldon-deployment.ts';
import type { Cluster, HttpEndpoint, ObjectRef, Observation } from '../ports.ts';

/**
 * A file that Argo CD or Flux applies, in place of a cluster: what is in it counts as live. It can be read and planned
 * upon; whatever needs pods it does not have.
 */
export class ManifestFile implements Cluster {
  readonly server: string;
  readonly #path: string;
  readonly #object: SeldonDeployment | undefined;

  /** @param object undefined: there is no such file yet */
  constructor(path: string, object: SeldonDeployment | undefined) {
    this.server = path;
    this.#path = path;
    this.#object = object;
  }

  get defaultNamespace(): string | undefined {
    return this.#object?.metadata.namespace;
  }

  /** @throws UserError manifest-invalid when the file is about another object */
  async read({ namespace, name }: ObjectRef): Promise<SeldonDeployment | undefined> {
    const { metadata } = this.#object ?? {};
    if (metadata === undefined) return undefined;
    if (metadata.name === name && (metadata.namespace ?? namespace) === namespace) return this.#object;
    const held = `${metadata.namespace ?? namespace}/${metadata.name}`;
    throw new UserError('manifest-invalid', `${this.#path} holds SeldonDeployment ${held}, not ${namespace}/${name}`, {
      hint: 'correct the input `manifest-file`, or `name` and `namespace`',
    });
  }

  async missingPermissions(): Promise<readonly []> {
    return [];
  }

  async routes(): Promise<readonly []> {
    return [];
  }

  async servedVersions(): Promise<readonly string[]> {
    return ['v1', 'v1alpha3', 'v1alpha2'];
  }

  async secretKeys(): Promise<'forbidden'> {
    return 'forbidden';
  }

  list = (): Promise<never> => this.#refuse();
  apply = (): Promise<never> => this.#refuse();
  annotate = (): Promise<never> => this.#refuse();
  remove = (): Promise<never> => this.#refuse();
  takeTurn = (): Promise<never> => this.#refuse();
  giveTurn = (): Promise<never> => this.#refuse();
  logs = (): Promise<never> => this.#refuse();
  events = (): Promise<never> => this.#refuse();
  observe = (): Promise<Observation> => this.#refuse();

  service(): HttpEndpoint {
    throw this.#error();
  }

  close(): void {}

  #refuse(): Promise<never> {
    return Promise.reject(this.#error());
  }

  #error(): Error {
    return new Error(`${this.#path} is a file, and no cluster`);
  }
}

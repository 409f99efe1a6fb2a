import { UserError } from '../../base/errors.ts';
import type { HttpEndpoint } from '../../base/ports.ts';
import type { ApplyOptions, Cluster, LogOptions, ObjectRef, Observation } from '../../seldon/cluster.ts';
import type { Installation } from '../../seldon/installation.ts';
import type { Permission } from '../../seldon/permission.ts';
import type { SeldonDeployment } from '../../seldon/seldon-deployment.ts';
import type { KubernetesEvent, Route } from '../../seldon/snapshot.ts';
import type { ClusterConfig } from '../../settings/config.ts';
import type { HttpResponse } from '../http/client.ts';
import { missingPermissions } from './access-review.ts';
import { CHANGED_CURE, failureOf, isKubernetesAnswer, isObjectMissing, readJson } from './api-status.ts';
import { ApiConnection, type ConnectionOptions } from './connection/connection.ts';
import { type CredentialsRequest, loadCredentials } from './credentials.ts';
import { readEvents } from './events.ts';
import { installedParts } from './installation/installed-parts.ts';
import { Leases } from './leases.ts';
import { WatchedRollout } from './observation.ts';
import { readLog } from './pod-log.ts';
import { removeDeployment } from './remove-deployment.ts';
import { KindReader, type ResourceKind, resourceOf, SELDON_DEPLOYMENTS } from './resource-kind.ts';
import { readRoutes } from './routing.ts';
import { annotate, differsInStatusOnly, seldonMissing, serverSideApply } from './server-side-apply.ts';
import { throughApi } from './service-proxy.ts';

/** Number of objects in one page of a list. */
const PAGE = 100;
/** Attempts of a deletion whose answer is not one of the API server. */
const MOST_TRIES = 3;

export interface ConnectRequest extends ClusterConfig, ConnectionOptions, CredentialsRequest {}

/** Reads the kubeconfig. It sends no request to the API server. @throws UserError kubeconfig-invalid */
export async function connectCluster(request: ConnectRequest): Promise<KubernetesCluster> {
  const credentials = await loadCredentials(request);
  // Renewals must not wait behind a slow request.
  const forLeases = new ApiConnection(credentials, request);
  return new KubernetesCluster(new ApiConnection(credentials, request), credentials.namespace, forLeases);
}

/** The Kubernetes API over few connections: one for plain requests, one for each of two watches. */
export class KubernetesCluster implements Cluster {
  readonly server: string;
  readonly defaultNamespace: string | undefined;
  readonly #connection: ApiConnection;
  readonly #kinds: KindReader;
  readonly leases: Leases;
  readonly installation: Installation;
  readonly #forLeases: ApiConnection;
  /** What was read or applied, by resourceVersion. */
  readonly #versions = new Map<string, SeldonDeployment>();
  #watched: { readonly of: string; readonly rollout: WatchedRollout; readonly started: Promise<void> } | undefined;

  constructor(connection: ApiConnection, defaultNamespace: string | undefined, forLeases = connection) {
    this.server = connection.server;
    this.defaultNamespace = defaultNamespace;
    this.#connection = connection;
    this.#kinds = new KindReader(connection);
    this.#forLeases = forLeases;
    this.leases = new Leases(connection, forLeases);
    this.installation = installedParts(connection);
  }

  async read({ namespace, name }: ObjectRef): Promise<SeldonDeployment | undefined> {
    const answer = await this.#seldon(namespace, { name });
    if (isObjectMissing(answer)) return undefined;
    return this.#remember(readJson<SeldonDeployment>(answer, asked('get', SELDON_DEPLOYMENTS, namespace)));
  }

  async list(namespace: string): Promise<readonly SeldonDeployment[]> {
    const found: SeldonDeployment[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const query = { limit: String(PAGE), ...(next !== '' && { continue: next }) };
      const answer = await this.#seldon(namespace, { query });
      const page = readJson<SeldonDeploymentList>(answer, asked('list', SELDON_DEPLOYMENTS, namespace));
      for (const item of page.items ?? []) found.push(item);
      next = page.metadata?.continue || undefined;
    }
    return found;
  }

  missingPermissions(namespace: string, wanted: readonly Permission[]): Promise<readonly Permission[]> {
    return missingPermissions(this.#connection, namespace, wanted);
  }

  async apply(manifest: SeldonDeployment, { dryRun }: ApplyOptions): Promise<SeldonDeployment> {
    const { namespace = '', name, resourceVersion } = manifest.metadata;
    const before = resourceVersion === undefined ? undefined : this.#versions.get(resourceVersion);
    const read = () => this.read({ namespace, name });
    const applied = await serverSideApply(this.#connection, { manifest, dryRun, before, read });
    return dryRun ? applied : this.#remember(applied);
  }

  async annotate(known: SeldonDeployment, annotations: Readonly<Record<string, string>>): Promise<SeldonDeployment> {
    const { namespace = '', name } = known.metadata;
    const read = () => this.read({ namespace, name });
    return this.#remember(await annotate(this.#connection, { known, annotations, read }));
  }

  async remove(ref: ObjectRef, known: SeldonDeployment): Promise<void> {
    const { namespace, name } = ref;
    let now: SeldonDeployment | undefined = known;
    // The operator updates the status during a rollout, and each update changes the resourceVersion.
    for (let attempt = 1; now !== undefined && differsInStatusOnly(now, known); attempt++) {
      const { uid, resourceVersion } = now.metadata;
      const answer = await this.#connection.request({
        method: 'DELETE',
        path: this.#kinds.pathOf(SELDON_DEPLOYMENTS, ref),
        body: JSON.stringify({
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          preconditions: { uid, ...(resourceVersion !== undefined && { resourceVersion }) },
          propagationPolicy: 'Background',
        }),
      });
      if (isObjectMissing(answer)) return;
      if (answer.status >= 300 && answer.status !== 409)
        throw failureOf(answer, asked('delete', SELDON_DEPLOYMENTS, namespace));
      if (answer.status < 300 && isKubernetesAnswer(answer)) return;
      now = await this.read(ref);
      if (answer.status === 409) continue;
      // Something else than the API server said yes: only the object tells whether it is being deleted.
      if (now?.metadata.uid !== uid || now?.metadata.deletionTimestamp !== undefined) return;
      if (attempt === MOST_TRIES) throw failureOf(answer, asked('delete', SELDON_DEPLOYMENTS, namespace));
    }
    if (now === undefined) return;
    throw new UserError(
      'object-changed',
      `SeldonDeployment ${namespace}/${name} was changed or replaced during this run`,
      { hint: CHANGED_CURE },
    );
  }

  async removeDeployment({ namespace, name }: ObjectRef, uid: string | undefined): Promise<void> {
    await removeDeployment(this.#connection, { namespace, name }, uid);
  }

  async observe(ref: ObjectRef, labels: readonly string[]): Promise<Observation> {
    const of = [ref.namespace, ref.name, ...labels].join('/');
    if (this.#watched?.of !== of || this.#watched.rollout.hasFailed) {
      this.#watched?.rollout.close();
      const rollout = new WatchedRollout(this.#connection, ref, labels);
      this.#watched = { of, rollout, started: rollout.start() };
    }
    const { rollout, started } = this.#watched;
    await started;
    return rollout.view();
  }

  routes(ref: ObjectRef, kinds?: readonly Route['kind'][]): Promise<readonly Route[]> {
    return readRoutes(this.#kinds, ref, kinds);
  }

  async servedVersions(): Promise<readonly string[]> {
    const { group } = SELDON_DEPLOYMENTS;
    const answer = await this.#connection.request({ method: 'GET', path: `/apis/${group}` });
    if (answer.status === 404) throw seldonMissing(group);
    const { versions } = readJson<{ versions?: { version: string }[] }>(answer, {
      verb: 'get',
      resource: group,
      namespace: '',
    });
    return (versions ?? []).map(({ version }) => version);
  }

  logs(pod: ObjectRef, container: string, options: LogOptions): Promise<string | undefined> {
    return readLog(this.#connection, { pod, container, ...options });
  }

  events(namespace: string, uid: string): Promise<readonly KubernetesEvent[]> {
    return readEvents(this.#connection, namespace, uid);
  }

  async secretKeys({ namespace, name }: ObjectRef): Promise<readonly string[] | 'missing' | 'forbidden'> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
    const answer = await this.#connection.request({ method: 'GET', path });
    if (answer.status === 403) return 'forbidden';
    if (isObjectMissing(answer)) return 'missing';
    const secret = readJson<{ data?: object }>(answer, { verb: 'get', resource: 'secrets', namespace });
    return Object.keys(secret.data ?? {});
  }

  acquireLease: Cluster['acquireLease'] = (ref, claim, over) => this.leases.take(ref, claim, over);

  releaseLease: Cluster['releaseLease'] = (ref, claim) => this.leases.give(ref, claim);

  service(ref: ObjectRef, port: string): HttpEndpoint {
    return throughApi(this.#connection, { ...ref, kind: 'services', port });
  }

  pod(ref: ObjectRef, port: string): HttpEndpoint {
    return throughApi(this.#connection, { ...ref, kind: 'pods', port });
  }

  close(): void {
    this.#watched?.rollout.close();
    this.#connection.close();
    this.#forLeases.close();
  }

  /** A server that does not know the kind is asked twice: one odd 404 is no proof. @throws UserError seldon-not-installed */
  async #seldon(namespace: string, which: Parameters<KindReader['get']>[2]): Promise<HttpResponse> {
    const answer = await this.#kinds.get(SELDON_DEPLOYMENTS, namespace, which);
    if (answer !== undefined) return answer;
    const served = await this.servedVersions();
    this.#kinds.forget(SELDON_DEPLOYMENTS);
    const again = served.length === 0 ? undefined : await this.#kinds.get(SELDON_DEPLOYMENTS, namespace, which);
    if (again === undefined) throw seldonMissing(`${SELDON_DEPLOYMENTS.group}/v1`);
    return again;
  }

  #remember(object: SeldonDeployment): SeldonDeployment {
    const { resourceVersion } = object.metadata;
    if (resourceVersion !== undefined) this.#versions.set(resourceVersion, object);
    return object;
  }
}

interface SeldonDeploymentList {
  readonly items?: readonly SeldonDeployment[];
  readonly metadata?: { readonly continue?: string };
}

function asked(verb: string, kind: ResourceKind, namespace: string) {
  return { verb, resource: resourceOf(kind), namespace };
}

/** What the user may not see is `hidden`: only a cluster administrator, or a further role, can tell. */
export type Seen<Found> = Found | 'hidden' | 'missing';

/** What is installed in a cluster, as far as the user may see it. Every question is a read. */
export interface Installation {
  /** Version of Kubernetes. @throws UserError cluster-* */
  kubernetesVersion(): Promise<string>;
  namespace(name: string): Promise<Seen<'there'>>;
  /** The Deployment of Seldon's operator. */
  operator(): Promise<Seen<OperatorState>>;
  /** The webhook configuration that judges SeldonDeployments. */
  webhook(): Promise<Seen<{ readonly name: string }>>;
  /** The ingresses whose kinds the API server serves, in words. */
  ingresses(): Promise<readonly string[]>;
}

/** Seldon's operator, as its Deployment reports it. */
export interface OperatorState {
  readonly namespace: string;
  readonly ready: number;
  /** Image of its container; its tag is the release. */
  readonly image: string;
}

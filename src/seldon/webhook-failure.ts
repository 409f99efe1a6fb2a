/** Why the API server got no answer from an admission webhook, and what to do about it. */
export interface WebhookFailure {
  /** Anchor in docs/troubleshooting.md. */
  readonly id: string;
  readonly sentence: string;
  readonly cure: string;
}

interface Owner {
  readonly program: string;
  readonly check: string;
}

const SELDON: Owner = { program: "Seldon's controller-manager", check: "the pod of Seldon's controller-manager" };
const OWNERS: readonly (readonly [RegExp, Owner])[] = [
  [/seldon/i, SELDON],
  [/vault/i, { program: "Vault's injector", check: 'the pods of vault-agent-injector' }],
  [/istio/i, { program: "Istio's injector", check: 'the pods of istiod' }],
  [/cert-manager/i, { program: 'cert-manager', check: 'the pod of cert-manager-webhook' }],
  [/gatekeeper/i, { program: 'Gatekeeper', check: 'the pods of gatekeeper-controller-manager' }],
  [/kyverno/i, { program: 'Kyverno', check: "the pods of Kyverno's admission controller" }],
  [/emissary|getambassador/i, { program: 'Emissary (Ambassador)', check: 'the pods of emissary-apiext' }],
  [/linkerd/i, { program: "Linkerd's injector", check: 'the pod of linkerd-proxy-injector' }],
];

/** For an API server that does not finish a request in time. */
export const BUSY_CURE =
  'run this workflow again; if the error stays, ask who runs the cluster to check the API server, etcd and slow webhooks';

/** One way in which a webhook fails; the first that fits is the cause. */
export interface WebhookFailureKind {
  readonly id: string;
  readonly pattern: RegExp;
  /** Real words, for docs/troubleshooting.md. */
  readonly example: string;
  readonly why: string;
  readonly cure: (owner: Owner) => string;
}

const CALL =
  'failed calling webhook "v1.vseldondeployment.kb.io": Post "https://seldon-webhook-service.seldon-system.svc:443/validate?timeout=30s": ';

/** Rows of docs/troubleshooting.md for webhooks. */
export const WEBHOOK_FAILURES: readonly WebhookFailureKind[] = [
  {
    id: 'webhook-certificate',
    example: `${CALL}x509: certificate has expired or is not yet valid`,
    pattern: /x509: |tls: |certificate|CABundle|caBundle/,
    why: 'its certificate is not accepted: it has expired, is not valid yet, or belongs to another authority',
    cure: ({ check }) =>
      `renew the certificate of the webhook (with cert-manager, or install the chart again) and restart ${check}; its authority is in \`caBundle\` of the webhook configuration`,
  },
  {
    id: 'webhook-service-missing',
    example: `${CALL}service "seldon-webhook-service" not found`,
    pattern: /services? "[^"]{1,253}" not found|namespaces? "[^"]{1,63}" not found/,
    why: 'its Service does not exist, so the webhook configuration is left over from an installation that was removed',
    cure: ({ program }) =>
      `install ${program} again, or remove the webhook configuration that was left behind (\`kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations\`)`,
  },
  {
    id: 'webhook-no-endpoints',
    example: `${CALL}no endpoints available for service "seldon-webhook-service"`,
    pattern: /no endpoints available/,
    why: 'none of its pods is ready',
    cure: ({ check }) => `start ${check}: \`kubectl get pods -A\` shows why it is not ready`,
  },
  {
    id: 'webhook-refused',
    example: `${CALL}dial tcp 10.0.0.1:443: connect: connection refused`,
    pattern: /connection refused|connection reset|\bEOF\b/,
    why: 'its pod refuses the connection',
    cure: ({ check }) =>
      `check ${check}: it must run and listen on the port of its Service, and the API server must reach it`,
  },
  {
    id: 'webhook-timeout',
    example: `${CALL}context deadline exceeded`,
    pattern:
      /deadline exceeded|i\/o timeout|Client\.Timeout|TLS handshake timeout|timed out|no route to host|network is unreachable|Gateway Time|proxy error from|Address is not allowed/i,
    why: 'no answer came in time, so it is slow or cannot be reached',
    cure: ({ check }) =>
      `check ${check}: it may have too little CPU; or let the API server reach the port of the webhook: a firewall rule (private GKE and EKS clusters) or network policy may block it`,
  },
  {
    id: 'webhook-name-unknown',
    example: `${CALL}dial tcp: lookup seldon-webhook-service.seldon-system.svc: no such host`,
    pattern: /no such host|server misbehaving|lookup /,
    why: 'the API server cannot look up the name of its Service',
    cure: ({ check }) => `check the DNS of the control plane, and ${check}`,
  },
  {
    id: 'webhook-answer',
    example: `${CALL}the server could not find the requested resource`,
    pattern:
      /the server could not find the requested resource|unexpected response|expected webhook response|could not get REST client|converting|404|503|502|500/,
    why: 'its answer is not one of a webhook of this version',
    cure: ({ program, check }) =>
      `install one version of ${program} and its webhook configuration together, and check ${check}`,
  },
];

/** The cause in a message of the API server; undefined where no webhook failed. */
export function webhookFailure(message: string): WebhookFailure | undefined {
  const [, name] =
    /(?:failed (?:calling|to call) webhook "|conversion webhook for )([^"\n,]{1,253})/.exec(message) ?? [];
  if (name === undefined && !/failed (?:calling|to call) webhook/.test(message)) return undefined;
  const [, url = ''] = /(?:Post|Get) "?(https?:\/\/[^\s"]{1,300})/.exec(message) ?? [];
  const owner = OWNERS.find(([pattern]) => pattern.test(`${name} ${url}`))?.[1] ?? {
    program: 'the program behind the webhook',
    check: 'its pods',
  };
  // The URL holds words such as `timeout=30s`, which are no cause.
  const said = url === '' ? message : message.replace(url, '');
  const kind = WEBHOOK_FAILURES.find(({ pattern }) => pattern.test(said));
  const who = `${owner.program} does not answer the webhook \`${name ?? 'without a name'}\``;
  if (kind === undefined)
    return { id: 'webhook-refused', sentence: who, cure: `check ${owner.check}, and that the API server may reach it` };
  return { id: kind.id, sentence: `${who}: ${kind.why}`, cure: kind.cure(owner) };
}

import { BUSY_CURE, webhookFailure } from '../../seldon/webhook-failure.ts';
import type { FailureRow } from './failure-row.ts';

const REFUSED = { reason: 'pods-refused', place: 'quota and admission' } as const;

/** Why the API server does not let a Deployment create its pods (FailedCreate), Kubernetes 1.23 to 1.34. */
export const ADMISSION_FAILURES: readonly FailureRow[] = [
  {
    ...REFUSED,
    id: 'admission-quota-exceeded',
    reason: 'quota-exceeded',
    pattern:
      /exceeded quota: ([\w.-]{1,253}), requested: ([^\n]{1,200})|insufficient quota to match these scopes: ([^\n]{1,200})/,
    example:
      'pods "wine-0" is forbidden: exceeded quota: compute, requested: limits.memory=2Gi, used: limits.memory=8Gi, limited: limits.memory=8Gi',
    title: (_, [, quota, asked, scopes]) =>
      quota === undefined
        ? `No quota of the namespace covers the scopes of the pod: ${scopes}`
        : `The quota ${quota} of the namespace is used up (requested: ${asked})`,
    cure: (_, [, quota]) =>
      `raise ResourceQuota ${quota ?? 'for that scope'} of the namespace, or lower the requests in \`manifest\`: a rolling update needs room for one more pod`,
  },
  {
    ...REFUSED,
    id: 'admission-quota-needs-requests',
    pattern: /failed quota: ([\w.-]{1,253}): must specify ([^\n]{1,200})/,
    example: 'pods "wine-0" is forbidden: failed quota: compute: must specify limits.memory,requests.cpu',
    title: (_, [, quota, what]) => `The quota ${quota} takes only pods whose containers all say ${what}`,
    cure: () =>
      'set requests and limits of every container in `manifest`, or give the namespace a LimitRange with defaults: the storage initializer and the orchestrator need them as well',
  },
  {
    ...REFUSED,
    id: 'admission-limit-range',
    pattern:
      /((?:maximum|minimum) [\w./-]{1,80} usage per (?:Container|Pod|PersistentVolumeClaim) is [^\n]{1,160}|(?<![\w./-])[\w./-]{1,60} max limit to request ratio per [^\n]{1,160})/,
    example: 'pods "wine-0" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
    title: (_, [, words]) => `The LimitRange of the namespace refuses the pod: ${words}`,
    cure: () => 'change the requests and limits of the container in `manifest`, or the LimitRange of the namespace',
  },
  {
    ...REFUSED,
    id: 'admission-service-account',
    pattern:
      /serviceaccount "([^"]{1,253})" not found|error looking up service account [\w.-]{1,63}\/([\w.-]{1,253})|no API token found for service account "([^"]{1,253})"/,
    example: 'error looking up service account seldon/rclone: serviceaccount "rclone" not found',
    title: (_, [, one, two, three]) =>
      `The pod runs as ServiceAccount ${one ?? two ?? three}, which does not exist in the namespace`,
    cure: (_, [, one, two, three]) => `create ServiceAccount ${one ?? two ?? three}, or correct \`service-account\``,
  },
  {
    ...REFUSED,
    id: 'admission-secret-not-listed',
    pattern:
      /secret\.secretName="([^"]{1,253})" is not allowed because service account ([\w.-]{1,253}) does not reference|service account ([\w.-]{1,253}) does not reference that secret/,
    example:
      'volume with secret.secretName="models-key" is not allowed because service account seldon does not reference that secret',
    title: (_, [, secret, one, two]) =>
      `ServiceAccount ${one ?? two} may only mount the Secrets that it lists, and ${secret ?? 'that of the pod'} is not one of them`,
    cure: (_, [, secret, one, two]) =>
      `add Secret ${secret ?? 'of the pod'} to \`secrets\` of ServiceAccount ${one ?? two}, or remove its annotation kubernetes.io/enforce-mountable-secrets`,
  },
  {
    ...REFUSED,
    id: 'admission-image-policy',
    pattern: /image policy webhook backend denied[^\n]{0,200}|denied by Binary Authorization[^\n]{0,160}/i,
    example: 'pods "wine-0" is forbidden: image policy webhook backend denied one or more images: image not signed',
    title: (_, [words]) => `A policy of the cluster does not allow an image of the pod (${words})`,
    cure: () =>
      'use an image in `manifest` that the policy allows or sign it; for the images of Seldon ask for an exception',
  },
  {
    ...REFUSED,
    id: 'admission-pod-security',
    pattern: /violates PodSecurity "([^"]{1,100})"/,
    example: 'pods "wine-0" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
    title: (_, [, level]) => `The namespace's pod security (${level}) refuses the pod`,
    cure: () =>
      'set the `securityContext` that the message names in `manifest`, or choose a less strict level in the label `pod-security.kubernetes.io/enforce` of the namespace',
  },
  {
    ...REFUSED,
    id: 'admission-pod-security-policy',
    pattern: /unable to validate against any pod security policy|PodSecurityPolicy: /,
    example: 'pods "wine-0" is forbidden: unable to validate against any pod security policy: []',
    title: () => 'No PodSecurityPolicy lets the ServiceAccount of the pod run it',
    cure: () => 'bind a policy to the ServiceAccount of `service-account`, or set the `securityContext` in `manifest`',
  },
  {
    ...REFUSED,
    id: 'admission-openshift',
    pattern: /unable to validate against any security context constraint/,
    example:
      'unable to validate against any security context constraint: [spec.initContainers[0].securityContext.runAsUser: Invalid value: 8888]',
    title: () => 'No security context constraint of OpenShift lets the pod run',
    cure: () =>
      'remove or change `runAsUser` in `manifest`, or bind a SecurityContextConstraint such as `nonroot-v2` to the ServiceAccount of `service-account`',
  },
  {
    ...REFUSED,
    id: 'admission-priority-class',
    pattern:
      /no PriorityClass with name (\S{1,253}) was found|priorityclass[^\n]{0,60}"([^"]{1,253})" not found|the integer value of priority \(-?\d{1,12}\) must not be provided|pods with (\S{1,60}) priorityClass is not permitted/i,
    example: 'pods "wine-0" is forbidden: no PriorityClass with name urgent was found',
    title: (_, [, one, two, three]) =>
      `The cluster has no PriorityClass ${one ?? two ?? three ?? 'that fits'} for the pod`,
    cure: () => 'create the PriorityClass, or correct `priorityClassName` in `manifest`',
  },
  {
    ...REFUSED,
    id: 'admission-runtime-class',
    pattern: /RuntimeClass "([^"]{1,253})" not found|runtimeclass[^\n]{0,60}"([^"]{1,253})" not found/i,
    example: 'pods "wine-0" is forbidden: pod rejected: RuntimeClass "nvidia" not found',
    title: (_, [, one, two]) => `The cluster has no RuntimeClass ${one ?? two}`,
    cure: () => 'install the RuntimeClass, or correct `runtimeClassName` in `manifest`',
  },
  {
    ...REFUSED,
    id: 'admission-policy-denied',
    pattern:
      /admission webhook "([^"]{1,253})" denied the request:? ?([^\n]{0,300})|ValidatingAdmissionPolicy '([^']{1,253})' [^\n]{0,100} denied request: ?([^\n]{0,300})/,
    example:
      'admission webhook "validation.gatekeeper.sh" denied the request: [psp] Privilege escalation container is not allowed: seldon-container-engine',
    title: (_, [, webhook, why, policy, because]) =>
      `A policy of the cluster (${webhook ?? policy}) refuses the pod: ${why ?? because}`,
    cure: (_, [words]) =>
      words.includes('seldon-container-engine')
        ? "ask for an exception for Seldon's container seldon-container-engine, which no manifest describes, or leave it out with `orchestrator: false`"
        : 'set what the policy asks for in `manifest`; for the containers that Seldon adds (seldon-container-engine, the storage initializer) ask for an exception, or use `orchestrator: false`',
  },
  {
    ...REFUSED,
    id: 'admission-webhook-down',
    place: 'webhook',
    pattern: /(?:failed (?:calling|to call) webhook "|conversion webhook for )[^\n]{0,800}/,
    example:
      'Internal error occurred: failed calling webhook "namespace.sidecar-injector.istio.io": failed to call webhook: Post "https://istiod.istio-system.svc:443/inject": dial tcp 10.0.0.1:443: connect: connection refused',
    title: (_, [words]) => webhookFailure(words)?.sentence ?? 'An admission webhook does not answer',
    cure: (_, [words]) => webhookFailure(words)?.cure ?? 'start the program behind the webhook',
  },
  {
    ...REFUSED,
    id: 'admission-namespace-ends',
    pattern: /because it is being terminated|namespaces? "([^"]{1,63})" not found/,
    example:
      'pods "wine-0" is forbidden: unable to create new content in namespace seldon because it is being terminated',
    title: () => 'The namespace is being deleted, so no pod can be created in it',
    cure: () => 'create the namespace again, or correct `namespace`',
  },
  {
    ...REFUSED,
    id: 'admission-api-busy',
    pattern:
      /etcdserver: [^\n]{1,100}|request did not complete within (?:the )?requested timeout|the server (?:is currently unable|was unable) to [^\n]{1,80}|too many requests, please try again|client rate limiter/i,
    example: 'etcdserver: request timed out',
    title: (_, [words]) => `The API server was too busy to create the pods (${words})`,
    cure: () => BUSY_CURE,
  },
  {
    ...REFUSED,
    id: 'admission-pod-invalid',
    explains: ['pods-refused', 'quota-exceeded', 'rollout-timeout'],
    pattern:
      /Pod "[^"]{0,253}" is invalid: ([^\n]{1,300})|is invalid: (spec\.[^\n]{1,300})|must be less than or equal to (\w{1,20}) (?:limit|request)/,
    example:
      'Pod "wine-0" is invalid: spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    title: (_, [words, one, two]) => `The API server finds the pod invalid: ${one ?? two ?? words}`,
    cure: () => 'correct that field in `manifest`',
  },
  {
    ...REFUSED,
    id: 'admission-forbidden',
    pattern: /pods "[^"]{0,253}" is forbidden: ([^\n]{1,300})/,
    example: 'pods "wine-0" is forbidden: pod does not have "node" annotation',
    title: (_, [, why]) => `The API server forbids the pod: ${why}`,
    cure: (_, [words]) =>
      /node label selector|toleration/.test(words)
        ? 'correct `nodeSelector` and `tolerations` in `manifest`, or the annotations scheduler.alpha.kubernetes.io of the namespace, which allow other nodes'
        : 'correct what it names in `manifest`, or ask who runs the cluster for a permission',
  },
];

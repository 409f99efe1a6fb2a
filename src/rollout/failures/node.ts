import type { FailureRow } from './failure-row.ts';

/** Reasons under which a pod runs but is not ready; a probe explains nothing else. */
const NOT_READY = ['rollout-timeout', 'progress-deadline-exceeded', 'probe-failed'] as const;
const PROBED = { reason: 'rollout-timeout', place: 'probe', explains: NOT_READY } as const;
const MOUNTED = { reason: 'volume-failed', place: 'volume' } as const;
const PROBE = '(Startup|Readiness|Liveness) probe (?:failed|errored)';

/** What the kubelet and the controllers of volumes say in events and in the status of a pod. */
export const NODE_FAILURES: readonly FailureRow[] = [
  {
    ...MOUNTED,
    id: 'volume-in-use',
    pattern:
      /Multi-Attach error for volume "([^"]{1,253})"|is already (?:exclusively )?(?:attached to|used by|mounted by)/,
    example: 'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) wine-main-0',
    title: (_, [, volume]) =>
      `The volume ${volume ?? 'of the pod'} is attached to another node and cannot be attached to a second one`,
    cure: () =>
      'use a volume that several nodes may mount (ReadOnlyMany or ReadWriteMany) for `pvc://` in `model-uri`, or keep the pods on one node with `manifest`',
  },
  {
    ...MOUNTED,
    id: 'volume-attach-failed',
    pattern:
      /AttachVolume\.\w{1,20} failed for volume "([^"]{1,253})"[^\n]{0,300}|FailedAttachVolume[^\n]{0,300}|volume attachment is being deleted/,
    example: 'AttachVolume.Attach failed for volume "pvc-1" : rpc error: code = NotFound',
    title: (_, [words]) => `The node cannot attach ${volumeIn(words)}`,
    cure: () =>
      'check the PersistentVolume and its storage driver; the claim is named in `model-uri` (`pvc://`) or `manifest`',
  },
  {
    ...MOUNTED,
    id: 'volume-driver-missing',
    pattern:
      /driver name (\S{1,120}) not found in the list of registered CSI drivers|no volume plugin matched|CSINode[^\n]{0,100}not found/,
    example: 'driver name ebs.csi.aws.com not found in the list of registered CSI drivers',
    title: (_, [, driver]) => `The node does not have the storage driver ${driver ?? 'of the volume'}`,
    cure: () => 'install the driver on the nodes, or use another storage class for the claim of the volume',
  },
  {
    ...MOUNTED,
    id: 'volume-secrets-store',
    pattern:
      /failed to (?:mount|get) secrets? store objects?[^\n]{0,300}|SecretProviderClass[^\n]{0,200}|secrets-store\.csi[^\n]{0,200}/i,
    example: 'failed to mount secrets store objects for pod seldon/wine, err: error connecting to provider "azure"',
    title: (_, [words]) => `The Secrets Store driver cannot fetch the secrets of the pod (${words.slice(0, 200)})`,
    cure: () =>
      'check the SecretProviderClass that `volumes` in `manifest` name, that its provider runs on the node, and what the `service-account` may read in the vault',
  },
  {
    ...MOUNTED,
    id: 'volume-mount-helper',
    pattern: /you might need a \/sbin\/mount\.<type> helper|mount: unknown filesystem type '?([\w.-]{1,40})/,
    example:
      'mount: bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> helper program.',
    title: () => 'The node lacks the program that mounts volumes of this kind, such as nfs-common',
    cure: () =>
      'install it on the nodes (nfs-common, cifs-utils), or choose nodes that have it with `nodeSelector` in `manifest`',
  },
  {
    ...MOUNTED,
    id: 'volume-mount-failed',
    pattern:
      /(?:Mount|Map)Volume\.\w{1,20} failed for volume "([^"]{1,253})"[^\n]{0,300}|Unable to attach or mount volumes: unmounted volumes=\[([^\]]{1,253})\]|FailedMount[^\n]{0,500}|mount failed: [^\n]{1,200}/,
    example:
      'Unable to attach or mount volumes: unmounted volumes=[classifier-provision-location], unattached volumes=[]: timed out waiting for the condition',
    title: (_, [words]) => `The node cannot mount ${volumeIn(words)}`,
    cure: () =>
      'check that what the volume names (claim, Secret, ConfigMap, NFS server) exists and is reachable from the node: `volumes` in `manifest`, the claim in `model-uri` (`pvc://`)',
  },
  {
    ...MOUNTED,
    id: 'volume-node-affinity',
    pattern:
      /NodeAffinity check failed|volume's node affinity|VolumeBinding[^\n]{0,200}|ProvisioningFailed[^\n]{0,200}/,
    example: 'ProvisioningFailed: storageclass.storage.k8s.io "fast" not found',
    title: (_, [words]) => `The volume of the pod cannot be provided (${words})`,
    cure: () => 'check the storage class of the claim; the claim is named in `model-uri` (`pvc://`) or `manifest`',
  },
  {
    id: 'sandbox-addresses',
    reason: 'sandbox-failed',
    place: 'network',
    pattern:
      /failed to assign an IP address|no available IP addresses|no IP addresses available|IP address range is exhausted|InsufficientFreeAddresses|[Nn]o available addresses|\bENI\b/,
    example: 'FailedCreatePodSandBox: add cmd: failed to assign an IP address to container',
    title: () => 'The node has no IP address left for the pod',
    cure: () => 'add a node or addresses to the subnet, or lower `replicas`: a rolling update needs one more pod',
    explains: ['sandbox-failed', 'rollout-timeout', 'progress-deadline-exceeded'],
  },
  {
    id: 'sandbox-runtime',
    reason: 'sandbox-failed',
    place: 'container runtime',
    pattern: /no runtime for "([^"]{1,100})" is configured|RuntimeHandler "([^"]{1,100})" not supported/,
    example: 'failed to get sandbox runtime: no runtime for "nvidia" is configured',
    title: (_, [, one, two]) => `The node does not have the runtime handler ${one ?? two} of the RuntimeClass`,
    cure: () =>
      'correct `runtimeClassName` in `manifest`, or choose nodes on which that runtime is installed with a `nodeSelector`',
    explains: ['sandbox-failed', 'rollout-timeout', 'progress-deadline-exceeded'],
  },
  {
    id: 'sandbox-disk-full',
    reason: 'sandbox-failed',
    place: 'container runtime',
    pattern: /pod sandbox[^\n]{0,400}no space left on device/,
    example:
      'Failed to create pod sandbox: failed to create containerd task: mkdir /run/containerd/x: no space left on device',
    title: () => 'The node has no disk space left for the sandbox of the pod',
    cure: () => 'ask who runs the node for disk space, or choose other nodes with `nodeSelector` in `manifest`',
    explains: ['sandbox-failed', 'rollout-timeout', 'progress-deadline-exceeded'],
  },
  {
    id: 'sandbox-network',
    reason: 'sandbox-failed',
    place: 'network',
    pattern:
      /(?:FailedCreatePodSandBox|failed to (?:set ?up|create)[^\n]{0,40} (?:sandbox|network)|NetworkPluginNotReady|NetworkNotReady|cni plugin not initialized|SandboxChanged|Pod sandbox changed)[^\n]{0,300}/i,
    example: 'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox',
    title: (_, [words]) => `The node cannot set up the pod's sandbox and network (${words.slice(0, 300)})`,
    cure: () =>
      'ask who runs the cluster to check the network plugin (CNI) of the node; with `nodeSelector` in `manifest` the pod may use other nodes',
    explains: ['sandbox-failed', 'rollout-timeout', 'progress-deadline-exceeded'],
  },
  {
    id: 'evicted-resource',
    reason: 'evicted',
    place: 'scheduler',
    pattern:
      /low on resource: ([\w-]{1,60})|exceed(?:s|ed) (?:the total limit of containers|its local|the limit)[^\n]{0,120}|[Uu]sage of EmptyDir volume "([^"]{1,120})" exceeds|ephemeral local storage usage exceeds/,
    example:
      'The node was low on resource: ephemeral-storage. Container classifier was using 9Gi, which exceeds its request of 0.',
    title: (_, [, resource = 'ephemeral-storage']) => `The node evicted the pod because it was low on ${resource}`,
    cure: (_, [, resource = 'ephemeral-storage']) =>
      `request ${resource} for the container in \`manifest\` (resources.requests and limits), so that the pod gets a node that has it`,
  },
  {
    id: 'evicted-other',
    reason: 'evicted',
    place: 'scheduler',
    pattern:
      /\b(Evicted|Preempted|Preempting|NodeLost|NodeShutdown|Terminated|Shutdown|DeletionByTaintManager|EvictionByEvictionAPI|TerminationByKubelet|PreemptionByScheduler|UnexpectedAdmissionError|OutOf\w{1,20}|NodeAffinity|NodeNotReady|Pod was rejected|TaintManagerEviction|Admit failed)\b/,
    example: 'Evicted: Pod was evicted because of a taint on the node',
    title: (_, [words]) => `The node or the scheduler removed the pod (${words})`,
    cure: () =>
      'run this workflow again; if it happens often, set requests and a `priorityClassName` in `manifest`, or avoid nodes that come and go',
    explains: ['evicted', 'rollout-timeout', 'progress-deadline-exceeded'],
  },
  {
    ...PROBED,
    id: 'probe-killed',
    reason: 'probe-failed',
    explains: [...NOT_READY, 'crash-loop'],
    pattern: /failed (liveness|startup) probe, will be restarted|killed by its (liveness) probe/,
    example: 'Container prediction failed liveness probe, will be restarted',
    title: (_, [, one, two]) =>
      `Kubernetes restarts the server because its ${one ?? two} probe fails: it needs longer than it may`,
    cure: () => 'raise `timeout` or the probes in `manifest`: the conda environment is built anew at every start',
  },
  {
    ...PROBED,
    id: 'probe-path',
    pattern: new RegExp(`${PROBE}: HTTP probe failed with statuscode: (404|405)`),
    example: 'Startup probe failed: HTTP probe failed with statuscode: 404',
    title: (_, [, kind = '', code]) =>
      `The server is up, but the path of its ${kind.toLowerCase()} probe answers ${code}`,
    cure: (_, [, kind = '']) =>
      `correct the path of the ${kind.toLowerCase()}Probe in \`manifest\`: protocol v2 answers at /v2/health/live and /v2/health/ready`,
  },
  {
    ...PROBED,
    id: 'probe-refused',
    place: 'ingress',
    pattern: new RegExp(`${PROBE}: HTTP probe failed with statuscode: (30\\d|40[013]|42\\d)`),
    example: 'Liveness probe failed: HTTP probe failed with statuscode: 403',
    title: (_, [, kind = '', code]) =>
      `A proxy or policy in the pod answers the ${kind.toLowerCase()} probe with ${code} before the server sees it`,
    cure: () =>
      'let the probes pass the sidecar: Istio\'s `sidecar.istio.io/rewriteAppHTTPProbers: "true"` in `manifest`, or a policy that allows the paths of the probes',
  },
  {
    ...PROBED,
    id: 'probe-not-loaded',
    pattern: new RegExp(`${PROBE}: HTTP probe failed with statuscode: (5\\d\\d|[67]\\d\\d)`),
    example: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
    title: (_, [, kind = '', code]) =>
      `The ${kind.toLowerCase()} probe is answered with ${code}: the orchestrator or the server runs, but the model is not loaded`,
    cure: () => 'read the log of the model container; raise `timeout` if it is still loading',
  },
  {
    ...PROBED,
    id: 'probe-not-listening',
    pattern: new RegExp(
      `${PROBE}: [^\\n]{0,200}?(?::(\\d{2,5})[^\\n]{0,80})?(?:connection refused|connection reset|EOF|no route to host|i/o timeout)`,
    ),
    example: 'Readiness probe failed: dial tcp 10.1.1.3:9000: connect: connection refused',
    title: (_, [, kind = '', port]) =>
      `The server does not listen${port === undefined ? '' : ` on port ${port}`} yet, so its ${kind.toLowerCase()} probe fails`,
    cure: () =>
      'read the log of the container; raise `timeout` if the server is still starting, and check the port in `manifest`',
  },
  {
    ...PROBED,
    id: 'probe-slow',
    pattern: new RegExp(`${PROBE}: [^\\n]{0,300}(?:context deadline exceeded|Client\\.Timeout|timed out|timeout)`),
    example: 'Liveness probe failed: Get "http://10.0.0.1:9000/health/ping": context deadline exceeded',
    title: (_, [, kind = '']) => `The server takes longer to answer its ${kind.toLowerCase()} probe than it may`,
    cure: () => 'raise `timeoutSeconds` of the probe or the cpu of the container in `manifest`',
  },
  {
    ...PROBED,
    id: 'probe-command',
    pattern: new RegExp(`${PROBE}: ([^\\n]{1,200})`),
    example: 'Readiness probe failed: cat: /tmp/ready: No such file or directory',
    title: (_, [, kind = '', words]) => `The ${kind.toLowerCase()} probe of the container fails: ${words}`,
    cure: () => 'correct the probe in `manifest`, and read the log of the container',
  },
];

/** The volume that an event names, and what it says of it. */
function volumeIn(words: string): string {
  const [, one, two] = /volume "([^"]{1,253})"|unmounted volumes=\[([^\]]{1,253})\]/.exec(words) ?? [];
  const name = one ?? two;
  return `${name === undefined ? 'a volume' : `the volume ${name}`} of the pod (${words.slice(0, 300)})`;
}

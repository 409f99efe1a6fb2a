import type { FailureRow } from './failure-row.ts';

const PLACED = { reason: 'unschedulable', place: 'scheduler' } as const;

/** What the scheduler says of a pod that no node takes, in the words of Kubernetes 1.19 to 1.34. */
export const SCHEDULING_FAILURES: readonly FailureRow[] = [
  {
    ...PLACED,
    id: 'scheduler-claim-missing',
    pattern: /persistentvolumeclaim "([^"]{1,253})" (?:not found|is being deleted)/,
    example: 'persistentvolumeclaim "models" not found',
    title: (_, [, claim]) => `The pod needs the PersistentVolumeClaim ${claim}, which does not exist in the namespace`,
    cure: (_, [, claim]) =>
      `create PersistentVolumeClaim ${claim} in the namespace, or correct the claim in \`model-uri\` (\`pvc://\`) or \`manifest\``,
  },
  {
    ...PLACED,
    id: 'scheduler-claim-unbound',
    pattern:
      /unbound immediate PersistentVolumeClaims|didn't find available persistent volumes|bound to non-existent persistentvolume|did not have enough free storage|didn't match PersistentVolume's node affinity|node\(s\) unavailable due to (?:one or more pvc|PersistentVolume)|PersistentVolumeClaim with the same name and ReadWriteOncePod|waiting for first consumer|(?:node\(s\) )?had volume node affinity conflict|no persistent volumes available|no available volume zone|max(?:imum)? volume count|conflict(?:ed|s)? with (?:already )?(?:an? )?(?:existing )?(?:ReadWriteOncePod|volume)|ReadWriteOncePod/,
    example: '0/1 nodes are available: 1 pod has unbound immediate PersistentVolumeClaims.',
    title: (_, [words]) => `No node can mount the pod's volume (${words})`,
    cure: () =>
      'check the PersistentVolumeClaim of `model-uri` (`pvc://`) or `manifest`: its storage class, its zone (the affinity of its PersistentVolume), and whether several pods may mount it (ReadOnlyMany)',
  },
  {
    ...PLACED,
    id: 'scheduler-resource-claim',
    pattern: /cannot allocate all claims|resourceclaim[^\n]{0,160}|ResourceClaim[^\n]{0,120}/,
    example: 'waiting for resource claim to be created: pod "default/wine": ResourceClaim not created yet',
    title: (_, [words]) => `No node can give the pod the devices of its ResourceClaim (${words})`,
    cure: () =>
      'correct `resourceClaims` in `manifest`, or create the ResourceClaim and its DeviceClass; other pods may hold the devices',
  },
  {
    ...PLACED,
    id: 'scheduler-resources',
    pattern: /[Ii]nsufficient (?!unused quota)([\w./-]{0,120}\w)/,
    example: '0/3 nodes are available: 3 Insufficient memory.',
    title: (_, [, resource]) => `No node has enough ${resource} left for the pod`,
    cure: (_, [, resource]) =>
      `lower the request for ${resource} in \`manifest\`, or make room: a rolling update needs one more pod`,
  },
  {
    ...PLACED,
    id: 'scheduler-too-many-pods',
    pattern: /Too many pods/,
    example: '0/2 nodes are available: 2 Too many pods.',
    title: () => 'Every node runs as many pods as it may',
    cure: () => 'add a node, or lower `replicas`: a rolling update needs one more pod',
  },
  {
    ...PLACED,
    id: 'scheduler-taint',
    pattern:
      /taints? \{([^}:]{1,120})[^}]{0,120}\}|node\(s\) had untolerated taint\(s\)|node\(s\) had taints that the pod didn't tolerate/,
    example: '0/1 nodes are available: 1 node(s) had untolerated taint {gpu: true}.',
    title: (_, [, taint]) => `The pod does not tolerate the taint ${taint ?? ''}`.trimEnd().concat(' of the nodes'),
    cure: (_, [, taint]) => `add a toleration for ${taint ?? 'the taint of the nodes'} in \`manifest\``,
  },
  {
    ...PLACED,
    id: 'scheduler-selector',
    pattern:
      /didn't match (?:Pod's |pod's )?(?:node (?:affinity|selector)[\w/ ]{0,20}|NodeAffinity)|node\(s\) didn't match node selector/,
    example: "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
    title: () => "No node has the labels that the pod's nodeSelector or node affinity asks for",
    cure: () => 'correct `nodeSelector` or `affinity` in `manifest`, or label a node',
  },
  {
    ...PLACED,
    id: 'scheduler-node-name',
    pattern: /didn't match the requested (?:node name|hostname)/,
    example: "0/3 nodes are available: 3 node(s) didn't match the requested node name.",
    title: () => 'The cluster has no node of the name that the pod asks for',
    cure: () => 'remove `nodeName` from `manifest`, or use a `nodeSelector` in its place',
  },
  {
    ...PLACED,
    id: 'scheduler-affinity',
    pattern:
      /didn't (?:match|satisfy) (?:existing pods |pod )?(?:anti-)?affinity[\w ]{0,20}|topology spread constraints/,
    example: "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.",
    title: (_, [words]) => `No node fits the pod beside the pods that run there (${words})`,
    cure: () => 'loosen `affinity` or `topologySpreadConstraints` in `manifest`, or lower `replicas`',
  },
  {
    ...PLACED,
    id: 'scheduler-ports',
    pattern: /didn't have free ports/,
    example: "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
    title: () => 'The node port that the pod asks for (`hostPort`) is in use on every node',
    cure: () => 'remove `hostPort` from `manifest`: a rolling update runs two pods at a time',
  },
  {
    ...PLACED,
    id: 'scheduler-nodes-unusable',
    pattern:
      /node\(s\) were unschedulable|node\(s\) were not ready|no nodes available|node\(s\) had (?:memory|disk|PID) pressure/,
    example: '0/1 nodes are available: 1 node(s) were unschedulable.',
    title: (_, [words]) => `No node of the cluster takes pods now (${words})`,
    cure: () => 'ask who runs the cluster for a node that is ready, then run this workflow again',
  },
  {
    ...PLACED,
    id: 'scheduler-gang',
    pattern: /tasks? in gang unschedulable[^\n]{0,160}|pod group is not ready[^\n]{0,120}|PodGroup[^\n]{0,160}/,
    example: '3/3 tasks in gang unschedulable: pod group is not ready, 1 Pending, 1 minAvailable',
    title: (_, [words]) => `The scheduler waits until all pods of a group fit (${words})`,
    cure: () =>
      'make room for the whole group, lower its `minMember`, or use the scheduler of the cluster (`schedulerName` in `manifest`)',
  },
  {
    ...PLACED,
    id: 'scheduler-gate',
    pattern:
      /SchedulingGated|Scheduling is blocked due to non-empty scheduling gates|no scheduler|QueueNotFound|Workload is not admitted|insufficient unused quota/i,
    example: 'Scheduling is blocked due to non-empty scheduling gates',
    title: () => 'A scheduling gate of the cluster (a queue such as Kueue) keeps the pod from being scheduled',
    cure: () => 'ask who runs the queue of the namespace, or remove its label from `manifest`',
  },
];

import type { FailureRow } from './failure-row.ts';

const PULLED = { reason: 'image-not-found', place: 'image registry' } as const;
const STARTED = { reason: 'container-config-invalid', place: 'container runtime' } as const;
const MEMORY = 'spec.predictors[].componentSpecs[].spec.containers[].resources.limits.memory';

/** What registries, the kubelet and the container runtime say of a container that cannot start. */
export const CONTAINER_FAILURES: readonly FailureRow[] = [
  {
    ...PULLED,
    id: 'image-rate-limit',
    pattern: /toomanyrequests|rate limit|429 Too Many Requests|pull QPS exceeded/i,
    example: 'toomanyrequests: You have reached your pull rate limit.',
    title: () => 'The registry refuses the image because too many pulls were made',
    cure: () =>
      'give the pods a pull secret (`imagePullSecrets` in `manifest`), or use a mirror of the image in `manifest`',
    explains: ['image-not-found'],
  },
  {
    ...PULLED,
    id: 'image-architecture',
    pattern:
      /no matching manifest for ([\w./-]{1,60})|no match for platform in manifest|image operating system "(\w{1,20})" cannot be used|does not match the (?:specified|host) platform/,
    example: 'no matching manifest for linux/arm64/v8 in the manifest list entries',
    title: (_, [, platform, system]) =>
      `The image does not exist for the architecture of the node${platform === undefined && system === undefined ? '' : ` (${platform ?? system})`}`,
    cure: () =>
      'use an image that is built for the nodes, or choose nodes that fit with a `nodeSelector` (kubernetes.io/arch) in `manifest`',
    explains: ['image-not-found'],
  },
  {
    ...PULLED,
    id: 'image-certificate',
    pattern: /x509: |server gave HTTP response to HTTPS client|tls: /,
    example: 'http: server gave HTTP response to HTTPS client',
    title: (_, [words]) =>
      `The node does not accept the certificate of the registry, or the registry speaks HTTP (${words.trim()})`,
    cure: () => 'let who runs the nodes trust the registry, or use an image of another registry in `manifest`',
    explains: ['image-not-found'],
  },
  {
    ...PULLED,
    id: 'image-registry-unreachable',
    pattern:
      /no such host|dial tcp|i\/o timeout|TLS handshake timeout|connection (?:refused|reset)|network is unreachable|context deadline exceeded|RegistryUnavailable|50[0234] (?:Bad Gateway|Service Unavailable|Internal Server Error|Gateway Time)/i,
    example: 'dial tcp: lookup registry.example.com: no such host',
    title: () => 'The node cannot reach the registry of the image',
    cure: () => 'check the host of the image in `manifest`, and the way from the nodes to it (DNS, proxy, firewall)',
    explains: ['image-not-found'],
  },
  {
    ...PULLED,
    id: 'image-credentials',
    pattern:
      /no basic auth credentials|unauthori[sz]ed|authentication required|\b40[13] (?:Unauthorized|Forbidden)|status(?: from \w{1,10} request)?: 40[13]|access (?:denied|forbidden)|requested access to the resource is denied|insufficient_scope|denied: |authorization failed|failed to (?:fetch|authorize)[^\n]{0,40}token|Unable to retrieve some image pull secrets|SignatureValidationFailed/i,
    example:
      'failed to resolve reference: unexpected status from HEAD request: 401 Unauthorized: no basic auth credentials',
    title: () =>
      'The registry refuses the image without credentials that may read it (not authorized, or no such repository)',
    cure: () =>
      'create a pull secret in the namespace and name it in `imagePullSecrets` of `manifest` or of the ServiceAccount of `service-account`; check the name of the image',
    explains: ['image-not-found'],
  },
  {
    ...PULLED,
    id: 'image-name-invalid',
    pattern: /InvalidImageName|invalid reference format|couldn't parse image (?:name|reference)|must be lowercase/,
    example: 'Failed to apply default image tag "Wine:1": couldn\'t parse image reference: must be lowercase',
    title: () => 'The name of the image is not valid',
    cure: () => 'correct the image of the container in `manifest`: lower case, `registry/name:tag`',
    explains: ['image-not-found'],
  },
  {
    ...PULLED,
    id: 'image-never-pulled',
    pattern: /ErrImageNeverPull|not present with pull policy of Never/,
    example: 'Container image "wine:1" is not present with pull policy of Never',
    title: () => 'The node does not have the image, and the pull policy forbids to pull it',
    cure: () => 'set `imagePullPolicy: IfNotPresent` in `manifest`, or load the image on the nodes',
    explains: ['image-not-found'],
  },
  {
    ...PULLED,
    id: 'image-disk-full',
    pattern:
      /no space left on device|failed to (?:register layer|extract layer|commit)[^\n]{0,200}|ImageInspectError|failed to inspect image|size validation failed|content digest[^\n]{0,100}not found/i,
    example: 'failed to extract layer sha256:1: no space left on device',
    title: (_, [words]) => `The node cannot store the image (${words.trim()})`,
    cure: () => 'ask who runs the nodes for disk space, or use a smaller image in `manifest`',
    explains: ['image-not-found'],
  },
  {
    ...PULLED,
    id: 'image-missing',
    pattern:
      /manifest unknown|not found|does not exist|no such (?:image|manifest)|name unknown|repository name not known|ErrImagePull|ImagePullBackOff/i,
    example: 'failed to resolve reference "seldonio/mlflowserver:missing": not found',
    title: () => 'The registry has no image of that name and tag',
    cure: () => 'check the image name and tag in `manifest` and the pull secrets of the namespace',
    explains: ['image-not-found'],
  },
  {
    ...STARTED,
    id: 'config-secret-missing',
    pattern: /[Ss]ecret "([^"]{1,253})" not found|references non-existent secret key: (\S{1,253})/,
    example: 'secret "seldon-init-container-secret" not found',
    title: (_, [, secret, key]) =>
      secret === undefined
        ? `The pod needs the key ${key} of a Secret, which is not there`
        : `The pod needs Secret ${secret}, which does not exist in the namespace`,
    cure: (_, [, secret, key]) =>
      secret === undefined
        ? `add the key ${key} to the Secret that \`manifest\` or \`env-secret\` names`
        : `create Secret ${secret} in the namespace, or correct \`env-secret\` (or \`manifest\`)`,
  },
  {
    ...STARTED,
    id: 'config-map-missing',
    pattern: /[Cc]onfig[Mm]ap "([^"]{1,253})" not found|references non-existent config key: (\S{1,253})/,
    example: 'MountVolume.SetUp failed for volume "config" : configmap "wine-config" not found',
    title: (_, [, map, key]) =>
      map === undefined
        ? `The pod needs the key ${key} of a ConfigMap, which is not there`
        : `The pod needs ConfigMap ${map}, which does not exist in the namespace`,
    cure: (_, [, map, key]) =>
      map === undefined
        ? `add the key ${key} to the ConfigMap that \`manifest\` names`
        : `create ConfigMap ${map} in the namespace, or correct its name in \`manifest\``,
  },
  {
    ...STARTED,
    id: 'config-key-missing',
    pattern: /couldn't find key (\S{1,253}) in (Secret|ConfigMap) (\S{1,300})/,
    example: "couldn't find key AWS_SECRET_ACCESS_KEY in Secret seldon/seldon-init-container-secret",
    title: (_, [, key, kind, name]) => `${kind} ${name} has no key ${key}, which the pod needs`,
    cure: (_, [, key, kind, name]) =>
      `add the key ${key} to ${kind} ${name}, or correct the name in \`manifest\` (\`env-secret\` for the storage)`,
  },
  {
    ...STARTED,
    id: 'config-runs-as-root',
    pattern:
      /runAsNonRoot and image (?:will run as root|has non-numeric user \(([^)]{1,60})\))|container's runAsUser breaks non-root policy/,
    example: 'container has runAsNonRoot and image will run as root (pod: "wine", container: prediction)',
    title: () => 'The pod must not run as root, but its image does not name a user by number',
    cure: () => 'set `securityContext.runAsUser` (8888 for images of Seldon) of that container in `manifest`',
  },
  {
    ...STARTED,
    id: 'config-volume-mount',
    pattern:
      /not a directory: unknown|cannot find volume "[^"]{1,253}" to mount[^\n]{0,100}|Are you trying to mount a directory onto a file|subPath[^\n]{0,200}|failed to (?:prepare|create) subPath[^\n]{0,200}|error mounting [^\n]{0,300}|hostPath type check failed[^\n]{0,200}|read-only file system/i,
    example: 'failed to prepare subPath for volumeMount "config" of container "prediction"',
    title: (_, [words]) => `A volume cannot be mounted into the container (${words.slice(0, 200)})`,
    cure: () => 'correct `volumeMounts` (mountPath, subPath) of the container in `manifest`',
  },
  {
    ...STARTED,
    id: 'runtime-exec-format',
    pattern: /exec format error/,
    example: 'exec /usr/bin/conda: exec format error',
    title: () => 'The image is built for another architecture than the node has',
    cure: () =>
      'use an image of the architecture of the nodes, or choose nodes with a `nodeSelector` (kubernetes.io/arch) in `manifest`',
  },
  {
    ...STARTED,
    id: 'runtime-command-missing',
    pattern:
      /executable file not found|no command specified|no such file or directory: unknown|exec: "([^"]{1,120})"|StartError|starting container process caused/,
    example: 'exec: "seldon-core-microservice": executable file not found in $PATH: unknown',
    title: (_, [, command]) =>
      `The image does not have the command to start${command === undefined ? '' : `, ${command}`}`,
    cure: () => 'correct the image, `command` and `args` of the container in `manifest`',
  },
  {
    ...STARTED,
    id: 'runtime-memory-limit',
    pattern:
      /container init was OOM-killed|memory limit too low|Minimum memory limit allowed is \w{1,10}|cannot allocate memory/,
    example: 'container init was OOM-killed (memory limit too low?): unknown',
    title: () => 'The memory limit of the container is too low to start it',
    cure: () => `raise the limit in \`manifest\`: ${MEMORY}`,
  },
  {
    ...STARTED,
    id: 'runtime-name-in-use',
    pattern: /is reserved for|already in use by container|name is already in use/,
    example: 'failed to reserve container name "prediction_wine_0": name is reserved for "abc"',
    title: () => 'The container runtime of the node still holds a container of the same name',
    cure: () =>
      'delete the pod, so that another one is created, or ask who runs the node to restart its container runtime',
  },
  {
    ...STARTED,
    id: 'runtime-hook-failed',
    pattern:
      /PostStartHookError|PreStartHookError|FailedPostStartHook|CreateContainerError|RunContainerError|ContainerCannotRun|DeadlineExceeded: request/,
    example: 'PostStartHookError: command failed',
    title: (_, [words]) => `The container runtime of the node cannot start the container (${words})`,
    cure: () => 'read the message: correct the hook, the device or the securityContext in `manifest`',
  },
];

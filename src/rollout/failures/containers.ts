import type { FailureRow } from './failure-row.ts';

const STARTED = { reason: 'container-config-invalid', place: 'container runtime' } as const;
const MEMORY = 'spec.predictors[].componentSpecs[].spec.containers[].resources.limits.memory';

/** What the kubelet and the container runtime say of a container that they cannot create or start. */
export const CONTAINER_FAILURES: readonly FailureRow[] = [
  {
    ...STARTED,
    id: 'config-secret-missing',
    pattern: /[Ss]ecrets? "([^"]{1,253})" not found|references non-existent secret key: (\S{1,253})/,
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
    pattern: /[Cc]onfig[Mm]aps? "([^"]{1,253})" not found|references non-existent config key: (\S{1,253})/,
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
    id: 'config-env-invalid',
    pattern:
      /couldn't resolve fieldRef "[^"]{1,200}"|invalid environment variable name[^\n]{0,120}|Failed to resolve env[^\n]{0,160}/i,
    example: "couldn't resolve fieldRef \"metadata.annotations['x']\"",
    title: (_, [words]) => `An environment variable of the container cannot be set (${words})`,
    cure: () => 'correct `env` and `envFrom` of the container in `manifest`',
  },
  {
    ...STARTED,
    id: 'runtime-gpu',
    pattern:
      /nvidia-container-cli: [^\n]{1,200}|libnvidia-ml\.so|could not select device driver|failed to inject CDI devices[^\n]{0,160}/,
    example: 'nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1',
    title: (_, [words]) => `The node cannot give its NVIDIA GPU to the container (${words})`,
    cure: () =>
      'ask who runs the nodes to repair the NVIDIA driver and container toolkit, or choose other nodes with `nodeSelector` in `manifest`; a model for the CPU needs no `nvidia.com/gpu`',
  },
  {
    ...STARTED,
    id: 'runtime-security',
    pattern:
      /seccomp[^\n]{0,200}|[Aa]pp[Aa]rmor[^\n]{0,200}|unable to apply caps[^\n]{0,100}|SELinux[^\n]{0,160}|failed to generate security options[^\n]{0,200}|unable to set (?:user|group)[^\n]{0,100}/,
    example: 'Cannot enforce AppArmor: profile "k8s-wine" is not loaded',
    title: (_, [words]) => `The node cannot apply the security settings of the container (${words})`,
    cure: () =>
      'correct the `securityContext` of the container in `manifest` (seccompProfile, appArmorProfile, capabilities), or ask who runs the nodes to install the profile',
  },
  {
    ...STARTED,
    id: 'runtime-user-missing',
    pattern: /unable to find (?:user|group) ([^\s:]{1,60})|no users found|unknown (?:user|userid|group)[^\n]{0,60}/,
    example: 'mount callback failed on /var/lib/containerd/tmpmounts/x: no users found',
    title: () => 'The image has no user of the name or number with which the container is started',
    cure: () => 'set `securityContext.runAsUser` to a number in `manifest`, or use another image',
  },
  {
    ...STARTED,
    id: 'runtime-working-directory',
    pattern: /chdir to cwd \("([^"]{1,200})"\)|mkdir [^\n]{1,160}working directory|Cwd must be an absolute path/,
    example: 'chdir to cwd ("/app/src") set in config.json failed: permission denied: unknown',
    title: (_, [, path]) =>
      `The container cannot start in its working directory${path === undefined ? '' : `, ${path}`}`,
    cure: () =>
      'correct `workingDir` or `securityContext.runAsUser` of the container in `manifest`, or use another image',
  },
  {
    ...STARTED,
    id: 'runtime-arguments-long',
    pattern: /argument list too long/,
    example: 'exec /usr/bin/python: argument list too long: unknown',
    title: () => 'The environment variables and arguments of the container are too long for the node',
    cure: () =>
      'set `enableServiceLinks: false` in the pod of `manifest` (each Service of the namespace adds variables), or pass less in `env`',
  },
  {
    ...STARTED,
    id: 'runtime-cgroup',
    pattern:
      /unable to apply cgroup configuration[^\n]{0,200}|cgroup[^\n]{0,100}(?:invalid argument|no such file|not mounted)[^\n]{0,60}/,
    example: 'unable to apply cgroup configuration: failed to write 99999999: cpu.cfs_quota_us: invalid argument',
    title: (_, [words]) => `The node cannot apply the limits of the container (${words})`,
    cure: () =>
      'correct `resources.limits` in `manifest` (a number that the node can enforce), or ask who runs the nodes',
  },
  {
    ...STARTED,
    id: 'runtime-permission',
    pattern: /exec: "([^"]{1,160})": (?:permission denied|is a directory)/,
    example: 'exec: "/app/start.sh": permission denied: unknown',
    title: (_, [, command]) => `The container has no permission to execute ${command}`,
    cure: () =>
      'correct `command` in `manifest`, make the file executable in the image, or set `securityContext.runAsUser` to its user',
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

import type { FailureRow } from './failure-row.ts';

const PULLED = { reason: 'image-not-found', place: 'image registry' } as const;

/** What registries and container runtimes say of an image that cannot be pulled. */
export const IMAGE_FAILURES: readonly FailureRow[] = [
  {
    ...PULLED,
    id: 'image-signature',
    pattern:
      /SignatureValidationFailed|signature was required, but no signature|Source image rejected|image signature validation failed/,
    example: 'SignatureValidationFailed: Source image rejected: A signature was required, but no signature exists',
    title: () =>
      'The node does not take the image, because its policy asks for a signature that the image does not have',
    cure: () => 'sign the image, or use one that the policy of the nodes accepts in `manifest`',
    explains: ['image-not-found'],
  },
  {
    ...PULLED,
    id: 'image-format-old',
    pattern:
      /media type "([^"]{1,160})" is no longer supported|schema 1 (?:manifests? )?(?:is|are) (?:no longer|not) supported|manifest schema version 1/i,
    example:
      'media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.1',
    title: () => 'The image is stored in an old format (schema 1) that the container runtime of the node does not read',
    cure: () => 'push the image again with a newer build tool, or use a newer image in `manifest`',
    explains: ['image-not-found'],
  },
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
    cure: () =>
      'ask who runs the nodes to let them trust the registry, or use an image of another registry in `manifest`',
    explains: ['image-not-found'],
  },
  {
    ...PULLED,
    id: 'image-registry-unreachable',
    pattern:
      /no such host|dial tcp|i\/o timeout|TLS handshake timeout|request canceled|no route to host|proxyconnect|unexpected EOF|connection (?:refused|reset)|network is unreachable|context deadline exceeded|RegistryUnavailable|50[0234] (?:Bad Gateway|Service Unavailable|Internal Server Error|Gateway Time)/i,
    example: 'dial tcp: lookup registry.example.com: no such host',
    title: () => 'The node cannot reach the registry of the image',
    cure: () =>
      'check the host of the image in `manifest`, and the connection from the nodes to it (DNS, proxy, firewall)',
    explains: ['image-not-found'],
  },
  {
    ...PULLED,
    id: 'image-credentials',
    pattern:
      /no basic auth credentials|unauthori[sz]ed|authentication required|\b40[13] (?:Unauthorized|Forbidden)|status(?: from \w{1,10} request)?: 40[13]|access (?:denied|forbidden)|requested access to the resource is denied|insufficient_scope|denied: |authorization failed|failed to (?:fetch|authorize)[^\n]{0,40}token|Unable to retrieve some image pull secrets|token has expired/i,
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
      /manifest unknown|not found|does not exist|no such (?:image|manifest)|name unknown|repository name not known|was deleted or has expired/i,
    example: 'failed to resolve reference "seldonio/mlflowserver:missing": not found',
    title: () => 'The registry has no image of that name and tag',
    cure: () => 'check the image name and tag in `manifest` and the pull secrets of the namespace',
    explains: ['image-not-found'],
  },
];

import type { FailureRow } from '../failure-row.ts';

const SERVED = { reason: 'crash-loop', place: 'model server' } as const;

/** What a server says that needs a host, a registry or a port and does not get it. */
export const NETWORK_FAILURES: readonly FailureRow[] = [
  {
    ...SERVED,
    id: 'server-registry-unreachable',
    pattern:
      /RESOURCE_DOES_NOT_EXIST|Run '?\w{1,40}'? not found|MLFLOW_TRACKING_URI[^\n]{0,100}|API request to (?:endpoint )?\S{1,200} failed|Registered Model with name=\S{1,100} not found/,
    example: 'MlflowException: API request to http://mlflow:5000/api/2.0/mlflow/runs/get failed with exception',
    title: () => 'The model asks an MLflow server while it loads, and gets no usable answer',
    cure: () =>
      'log what the model needs as its `artifacts`, or set `MLFLOW_TRACKING_URI` for the container in `manifest` and let the pods reach it',
  },
  {
    ...SERVED,
    id: 'server-hub-refused',
    pattern: /GatedRepoError|RepositoryNotFoundError|Cannot access gated repo|401 Client Error[^\n]{0,200}huggingface/,
    example: 'huggingface_hub.errors.GatedRepoError: 401 Client Error. (Request ID: Root=1-66)',
    title: (_, [words]) =>
      `huggingface.co does not let the server read what the model asks for, without a token that may (${words})`,
    cure: () =>
      'log the model with its files (`save_pretrained=True`) so that it asks for nothing, or set `HF_TOKEN` in `env` of the container in `manifest` from a Secret',
  },
  {
    ...SERVED,
    id: 'server-cloud-credentials',
    pattern:
      /NoCredentialsError|Unable to locate credentials|DefaultCredentialsError|CredentialUnavailableError|NoAuthHandlerFound/,
    example: 'botocore.exceptions.NoCredentialsError: Unable to locate credentials',
    title: (_, [words]) => `The code of the model asks a cloud for something and has no credentials (${words})`,
    cure: () =>
      'log what it needs as `artifacts` of the model, or give the container credentials: `env` in `manifest`, or `service-account`. Those of `env-secret` are for the storage initializer alone',
  },
  {
    ...SERVED,
    id: 'server-certificate-file',
    place: 'network',
    pattern: /Could not find a suitable TLS CA certificate bundle, invalid path: (\S{1,200})/,
    example: 'OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /etc/ssl/certs/acme.pem',
    title: (_, [, path]) => `The file of certificates ${path} is not in the container`,
    cure: () =>
      'mount it in `manifest`, or correct `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE` and `SSL_CERT_FILE` of the container',
  },
  {
    ...SERVED,
    id: 'server-host-certificate',
    place: 'network',
    pattern: /CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError|self[- ]signed certificate/,
    example: 'ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed',
    title: () => 'The server does not accept the certificate of a host or proxy that it needs to load the model',
    cure: () =>
      'mount the certificate of the authority in `manifest` and set `REQUESTS_CA_BUNDLE` and `SSL_CERT_FILE` for the container',
  },
  {
    ...SERVED,
    id: 'server-host-unreachable',
    place: 'network',
    pattern:
      /host='([\w.-]{1,120})'[^\n]{0,600}|Name or service not known|Temporary failure in name resolution|Max retries exceeded with url|Network is unreachable|nodename nor servname|(?:Connection|Read) timed out|We couldn't connect to '([^']{1,120})'|ConnectionRefusedError|could not translate host name "([^"]{1,120})"|Error \d{1,3} connecting to ([\w.:-]{1,120})|Can't connect to (?!\('0)[^\n]{1,120}|LocalEntryNotFoundError|OfflineModeIsEnabled/,
    example:
      "ConnectionError: HTTPSConnectionPool(host='huggingface.co', port=443): Max retries exceeded with url: /bert",
    title: (_, [words, ...hosts]) =>
      `The server cannot reach a host that it needs to load the model (${hosts.find((host) => host !== undefined) ?? words})`,
    cure: () =>
      "check the pods' way out: network policies, proxy variables in `manifest`, the channels in conda.yaml; or log the files with the model so that it needs no network",
  },
  {
    ...SERVED,
    id: 'server-address-in-use',
    pattern: /Address already in use|Connection in use: |address already in use|\[Errno 98\]/,
    example: 'OSError: [Errno 98] Address already in use',
    title: () => 'Two containers of the pod want the same port, so the server cannot listen',
    cure: () =>
      'give each container of `manifest` a port of its own; names of graph nodes and containers must be equal',
  },
];

import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { type KubernetesClient, KubernetesError } from '../kubernetes-client.ts';
import type { Kind } from '../kubernetes-object.ts';
import type { Images } from './images.ts';
import type { SeldonDeployment } from './seldon-deployment.ts';
import { validate } from './validation.ts';

export interface Webhook {
  close(): Promise<void>;
}

interface AdmissionReview {
  readonly request: { readonly uid: string; readonly operation: string; readonly object: SeldonDeployment };
}

const CONFIGURATION: Kind = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
};
const NAME = 'seldon-validating-webhook-configuration-seldon-system';
/** Seldon's spelling of its own group; the quoted name is the spec's deprecated one. */
const MISSPELT = 'machinelearing.seldon.io';
const PATH = '/validate-machinelearning-seldon-io-v1-seldondeployment';

/** Seldon's admission webhook on loopback, with its own certificate, registered with the API server. */
export async function startWebhook(client: KubernetesClient, images: Images): Promise<Webhook> {
  const { cert, private: key } = await certificate();
  const server = createServer({ cert, key }, (request, response) => {
    bodyOf(request)
      .then((body) => JSON.stringify(reviewed(JSON.parse(body) as AdmissionReview, images)))
      .then((answer) => response.writeHead(200, { 'content-type': 'application/json' }).end(answer))
      .catch(() => response.writeHead(400).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await register(client, { url: `https://127.0.0.1:${port}${PATH}`, caBundle: Buffer.from(cert).toString('base64') });
  return {
    close: async () => {
      await client.remove(CONFIGURATION, { name: NAME }, 'Background').catch(() => undefined);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function reviewed({ request }: AdmissionReview, images: Images) {
  const errors = request.operation === 'DELETE' ? [] : validate(request.object.spec, images);
  const causes = errors.map(({ field, value, text }) => ({
    reason: 'FieldValueInvalid',
    message: `Invalid value: "${value}": ${text}`,
    field,
  }));
  const sentences = causes.map(({ field, message }) => `${field}: ${message}`);
  const list = sentences.length > 1 ? `[${sentences.join(', ')}]` : sentences[0];
  const { spec } = request.object;
  const subject = `SeldonDeployment.${MISSPELT} "${spec.name ?? ''}"`;
  const status = {
    status: 'Failure',
    code: 422,
    reason: 'Invalid',
    message: `${subject} is invalid: ${list}`,
    details: { ...(spec.name && { name: spec.name }), group: MISSPELT, kind: 'SeldonDeployment', causes },
  };
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: request.uid, allowed: errors.length === 0, ...(errors.length > 0 && { status }) },
  };
}

/** Replaces what an earlier operator left. */
async function register(client: KubernetesClient, clientConfig: object): Promise<void> {
  const configuration = {
    apiVersion: CONFIGURATION.apiVersion,
    kind: CONFIGURATION.kind,
    metadata: { name: NAME },
    webhooks: [
      {
        name: 'v1.vseldondeployment.kb.io',
        clientConfig,
        rules: [
          {
            apiGroups: ['machinelearning.seldon.io'],
            apiVersions: ['v1'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['seldondeployments'],
          },
        ],
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  };
  try {
    await client.create(CONFIGURATION, configuration);
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.reason !== 'AlreadyExists') throw error;
    await client.remove(CONFIGURATION, { name: NAME }, 'Background');
    await client.create(CONFIGURATION, configuration);
  }
}

function certificate() {
  return generate([{ name: 'commonName', value: 'seldon-webhook' }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

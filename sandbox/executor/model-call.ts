/** The executor's calls of a model container on loopback, with Go's error messages. */
import { request as httpRequest } from 'node:http';
import { createConnection } from 'node:net';

export interface ModelCall {
  readonly path: string;
  /** Undefined: GET. */
  readonly body: string | undefined;
  readonly contentType: string | undefined;
  readonly puid: string;
  readonly port: number;
  /** For messages. */
  readonly host: string;
  readonly containerPort: number;
  /** Milliseconds. */
  readonly timeout: number | undefined;
}

export type ModelAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string; readonly contentType?: string }
  | { readonly kind: 'failed'; readonly message: string };

export async function ask(call: ModelCall): Promise<ModelAnswer> {
  try {
    return await exchange(call);
  } catch (error) {
    const method = call.body === undefined ? 'Get' : 'Post';
    const why = reasonOf(error as NodeJS.ErrnoException, call.containerPort);
    return { kind: 'failed', message: `${method} "http://${call.host}:${call.containerPort}${call.path}": ${why}` };
  }
}

/** Whether something listens there. */
export function canDial(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function exchange({ path, body, contentType, puid, port, timeout }: ModelCall): Promise<ModelAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const type = contentType === undefined ? {} : { 'content-type': contentType };
    const outgoing = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path,
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'seldon-puid': puid, ...length, ...type },
        ...(timeout !== undefined && { signal: AbortSignal.timeout(timeout) }),
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('error', reject);
        response.once('end', () => {
          const answered = response.headers['content-type'];
          const status = response.statusCode ?? 0;
          resolve({ kind: 'answered', status, body: text, ...(answered !== undefined && { contentType: answered }) });
        });
      },
    );
    outgoing.once('error', reject).end(body);
  });
}

function reasonOf({ code, name, message }: NodeJS.ErrnoException, port: number): string {
  if (code === 'ECONNREFUSED') return `dial tcp 127.0.0.1:${port}: connect: connection refused`;
  if (code === 'ECONNRESET') return 'EOF';
  const isLate = name === 'AbortError' || name === 'TimeoutError';
  return isLate ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)' : message;
}

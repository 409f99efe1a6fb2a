import type { IncomingMessage } from 'node:http';

/** Lines of a stream. An incomplete last line is dropped. */
export async function* linesOf(message: IncomingMessage, onChunk: () => void): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of message.setEncoding('utf8')) {
    onChunk();
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}

import { createServer } from 'node:net';

/** Below the ephemeral ports of operating systems, so that only another sandbox could use one. */
const FIRST = 20_000;
const COUNT = 12_000;

/** The loopback port of each container port of each pod. */
export class PodPorts {
  readonly #ports = new Map<string, number>();
  readonly #addresses = new Map<string, string>();
  #next = Math.floor(Math.random() * COUNT);

  /** The pod's address in messages and in `status.podIP`; nothing listens there. */
  addressOf(uid: string): string {
    const known = this.#addresses.get(uid);
    if (known !== undefined) return known;
    const count = this.#addresses.size + 2;
    const address = `10.244.${(count >> 8) & 255}.${count & 255}`;
    this.#addresses.set(uid, address);
    return address;
  }

  async reserve(uid: string, containerPorts: readonly number[]): Promise<void> {
    for (const containerPort of containerPorts) {
      let port = this.#candidate();
      while (!(await isFree(port))) port = this.#candidate();
      this.#ports.set(`${uid}:${containerPort}`, port);
    }
  }

  /** A port that the pod did not declare gets one too. */
  portOf(uid: string, containerPort: number): number {
    const port = this.find(uid, containerPort) ?? this.#candidate();
    this.#ports.set(`${uid}:${containerPort}`, port);
    return port;
  }

  find(uid: string, containerPort: number): number | undefined {
    return this.#ports.get(`${uid}:${containerPort}`);
  }

  #candidate(): number {
    this.#next = (this.#next + 1) % COUNT;
    return FIRST + this.#next;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

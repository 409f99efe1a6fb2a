import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerExit, ContainerImage } from '../container.ts';
import { startProbes } from './container-probes.ts';
import { ConfigError } from './environment.ts';
import type { Occurrence } from './events.ts';
import { BACKOFF, LONGEST_BACKOFF, normalized, type PullSteps, pullImage, SYNC } from './image-pull.ts';
import { timestamp } from './objects.ts';
import type { ContainerSpec, ContainerState, ContainerStatus } from './pods.ts';
import type { ProbeTarget } from './probes.ts';

/** The parts of the pod and the node that a container needs. */
export interface PodSurroundings {
  /** `wine-main-0-prediction-6bbb59d495-tczt9_seldon(314a7c8c-…)`, as messages name the pod. */
  readonly label: string;
  /** Milliseconds of one second. */
  readonly second: number;
  /** A container's grace period in milliseconds. */
  readonly grace: number;
  /** Aborted when the pod is deleted. */
  readonly signal: AbortSignal;
  readonly target: ProbeTarget;
  imageOf(reference: string): ContainerImage | undefined;
  /** Starts the image's function. @throws ConfigError */
  start(run: Starting): Promise<ContainerExit>;
  report(occurrence: Omit<Occurrence, 'component'>): void;
  onChange(): void;
}

export interface Starting {
  readonly spec: ContainerSpec;
  readonly image: ContainerImage;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Real milliseconds, independent of the sandbox's second. */
const HEARSAY = 25;

/** One container of a pod, through pulls, runs, failures and restarts. */
export class ContainerRun {
  readonly spec: ContainerSpec;
  readonly #pod: PodSurroundings;
  readonly #fieldPath: string;
  #state: ContainerState = { waiting: { reason: 'PodInitializing' } };
  #lastState: ContainerState = {};
  #id: string | undefined;
  #isReady = false;
  #hasStarted = false;
  #restarts = 0;
  #log: string[] = [];
  #previousLog: string[] | undefined;

  constructor(pod: PodSurroundings, spec: ContainerSpec, list: 'containers' | 'initContainers') {
    this.#pod = pod;
    this.spec = spec;
    this.#fieldPath = `spec.${list}{${spec.name}}`;
  }

  get status(): ContainerStatus {
    const reference = this.spec.image ?? '';
    const ran = this.#id !== undefined;
    return {
      name: this.spec.name,
      state: this.#state,
      lastState: this.#lastState,
      ready: this.#isReady,
      restartCount: this.#restarts,
      image: ran ? normalized(reference) : reference,
      imageID: ran ? `${normalized(reference)}@sha256:${'0'.repeat(64)}` : '',
      ...(this.#id !== undefined && { containerID: this.#id }),
      started: this.#hasStarted,
    };
  }

  log(previous: boolean): readonly string[] | undefined {
    return previous ? this.#previousLog : this.#log;
  }

  /**
   * The process hears of the pod's end after its preStop hook, of which `sleep` is the one that matters here, and never
   * before proxies do: a real kubelet takes a moment, while our proxies' connections take real time.
   */
  get #stopSignal(): AbortSignal {
    const command = this.spec.lifecycle?.preStop?.exec?.command?.join(' ') ?? '';
    const seconds = Number(/\bsleep (\d+)\b/.exec(command)?.[1] ?? 0);
    const { signal, second } = this.#pod;
    const stop = new AbortController();
    const wait = Math.max(seconds * second, HEARSAY);
    const end = () => setTimeout(() => stop.abort(), wait).unref();
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    return stop.signal;
  }

  /** Waiting, with its reason: `ContainerCreating`. */
  wait(reason: string): void {
    this.#become({ waiting: { reason } });
  }

  /** Runs it again whenever it ends; an init container only until it succeeds. */
  async live(isInit: boolean): Promise<void> {
    for (let failures = 0; !this.#pod.signal.aborted; failures++) {
      const image = await pullImage(this.spec.image ?? '', this.#steps);
      const exit = image === undefined ? undefined : await this.#runOnce(image, isInit);
      if (exit === undefined || this.#pod.signal.aborted) return;
      if (isInit && exit.exitCode === 0) return;
      await this.#backOff(failures);
    }
  }

  async #runOnce(image: ContainerImage, isInit: boolean): Promise<ContainerExit | undefined> {
    const { name } = this.spec;
    while (!this.#pod.signal.aborted) {
      const killed = new AbortController();
      const signal = AbortSignal.any([this.#stopSignal, killed.signal]);
      const lines: string[] = [];
      try {
        const ending = this.#pod.start({ spec: this.spec, image, log: (line) => lines.push(line), signal });
        if (this.#id !== undefined) this.#previousLog = this.#log;
        this.#log = lines;
        this.#report('Normal', 'Created', `Created container: ${name}`);
        this.#report('Normal', 'Started', `Started container ${name}`);
        return await this.#attend(ending, killed, isInit);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        this.#report('Warning', 'Failed', `Error: ${error.message}`);
        this.#become({ waiting: { reason: 'CreateContainerConfigError', message: error.message } });
        await this.#pause(5 * SYNC);
        this.#report('Normal', 'Pulled', `Container image "${this.spec.image}" already present on machine`);
      }
    }
    return undefined;
  }

  async #attend(ending: Promise<ContainerExit>, killed: AbortController, isInit: boolean): Promise<ContainerExit> {
    const startedAt = timestamp();
    this.#id = `sandbox://${randomBytes(32).toString('hex')}`;
    const over = new AbortController();
    if (!isInit) this.#probe(killed, over.signal);
    this.#become({ running: { startedAt } });
    const exit = await Promise.race([ending.catch(crash(this.#log)), this.#killedAfterGrace(killed.signal)]);
    over.abort();
    const { exitCode, reason = exitCode === 0 ? 'Completed' : 'Error' } = exit;
    this.#isReady = isInit && exitCode === 0;
    this.#hasStarted = false;
    const times = { startedAt, finishedAt: timestamp(), containerID: this.#id };
    this.#become({ terminated: { exitCode, reason, ...times } });
    return exit;
  }

  #probe(killed: AbortController, over: AbortSignal): void {
    startProbes({
      spec: this.spec,
      target: this.#pod.target,
      second: this.#pod.second,
      signal: AbortSignal.any([over, this.#pod.signal]),
      onFailure: (message) => this.#report('Warning', 'Unhealthy', message),
      onKill: (message) => {
        this.#report('Normal', 'Killing', message);
        killed.abort();
      },
      onHealth: (health) => {
        // Most probes give the same result as before: nothing is written then.
        if (health.started === this.#hasStarted && health.ready === this.#isReady) return;
        this.#hasStarted = health.started;
        this.#isReady = health.ready;
        this.#pod.onChange();
      },
    });
  }

  async #killedAfterGrace(killed: AbortSignal): Promise<ContainerExit> {
    await new Promise((resolve) => {
      AbortSignal.any([killed, this.#pod.signal]).addEventListener('abort', resolve, { once: true });
      if (this.#pod.signal.aborted) resolve(undefined);
    });
    await delay(this.#pod.grace, undefined, { ref: false });
    return { exitCode: 137, reason: 'Error' };
  }

  /** The first restart has no delay. */
  async #backOff(failures: number): Promise<void> {
    await this.#pause(SYNC);
    if (failures > 0) {
      const seconds = Math.min(BACKOFF * 2 ** (failures - 1), LONGEST_BACKOFF);
      const { label } = this.#pod;
      this.#report('Warning', 'BackOff', `Back-off restarting failed container ${this.spec.name} in pod ${label}`);
      const words = `back-off ${goDuration(seconds)} restarting failed container=${this.spec.name} pod=${label}`;
      this.#lastState = this.#state;
      this.#become({ waiting: { reason: 'CrashLoopBackOff', message: words } });
      await this.#pause(seconds);
    } else this.#lastState = this.#state;
    this.#restarts++;
  }

  get #steps(): PullSteps {
    return {
      imageOf: (reference) => this.#pod.imageOf(reference),
      report: (type, reason, message) => this.#report(type, reason, message),
      wait: (waiting) => this.#become({ waiting }),
      pause: (seconds) => this.#pause(seconds),
      isOver: () => this.#pod.signal.aborted,
    };
  }

  #become(state: ContainerState): void {
    this.#state = state;
    this.#pod.onChange();
  }

  #report(type: Occurrence['type'], reason: string, message: string): void {
    this.#pod.report({ type, reason, message, fieldPath: this.#fieldPath });
  }

  async #pause(seconds: number): Promise<void> {
    await delay(seconds * this.#pod.second, undefined, { signal: this.#pod.signal }).catch(() => undefined);
  }
}

/** An exception of the image's function is a crash of the process. */
function crash(log: string[]): (error: unknown) => ContainerExit {
  return (error) => {
    log.push(String(error instanceof Error ? error.stack : error));
    return { exitCode: 1 };
  };
}

/** `2m40s`. */
function goDuration(seconds: number): string {
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

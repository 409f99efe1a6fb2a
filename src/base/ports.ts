/** The ports that every room may use: the runner, the clock, files and HTTP. Adapters implement them. */

/** An HTTP endpoint: a model container, a predictor, the public endpoint. */
export interface HttpEndpoint {
  /** For messages: a URL, or `Service wine-main through the API server`. */
  readonly description: string;
  /** @throws UserError cluster-* if the API server fails; any answer of the endpoint is a value. */
  send(exchange: HttpExchange): Promise<HttpAnswer>;
}

export interface HttpExchange {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  /** Milliseconds. */
  readonly timeout: number;
}

export type HttpAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      /** The body is longer than anybody reads. */
      readonly isCut?: boolean;
      /** Where a redirection points; undefined for any other answer. */
      readonly location?: string;
      /** The form is one of a model server or Seldon's orchestrator. Undefined where that is not known. */
      readonly isFromModel?: boolean;
      /** Milliseconds after which the server wants to be asked again. */
      readonly retryAfter?: number;
      readonly latency: number;
    }
  /** No answer: refused, reset, timed out, name unknown, certificate not trusted. */
  | { readonly kind: 'unreachable'; readonly message: string; readonly latency: number };

/** Opens the public endpoint. */
export type OpenEndpoint = (baseUrl: string) => HttpEndpoint;

/** A subset of the shape of `@actions/core`, so that the package itself fits. */
export interface Runner {
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
  startGroup(name: string): void;
  endGroup(): void;
  setOutput(name: string, value: string): void;
  /** Saved for the post step, which runs in any case. */
  saveState(name: string, value: string): void;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** @param until ends it early, without an error */
  sleep(milliseconds: number, until?: AbortSignal): Promise<void>;
}

/** The workspace and the runner's files. */
export interface Workspace {
  /**
   * Reads the file that an input names, inside the workspace.
   * @param longest bytes; undefined: of any length
   * @throws UserError bad-input if it is missing, outside or longer
   */
  read(path: string, input: string, longest?: number): Promise<string>;
  /** Writes an artifact of the run; returns its path. */
  write(name: string, content: string): Promise<string>;
  /** Appends to the job summary. */
  summarize(markdown: string): Promise<void>;
}

/** A request to the API server, before its credentials and its retries. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server's URL, encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly contentType?: string;
  readonly timeout?: number;
  /**
   * The answer may come from a pod or a kubelet behind the API server: then its status and its delay are not a
   * reason for a retry.
   */
  readonly relayed?: boolean;
  /** Admission webhooks are asked before the answer, one after the other. */
  readonly passesWebhooks?: boolean;
  /** Called before a retry: an earlier attempt may already have had its effect. */
  readonly onRepeat?: () => void;
}

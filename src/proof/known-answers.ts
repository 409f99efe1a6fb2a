import type { ProofFailureReason } from '../base/outcome.ts';

/** One known answer that is no prediction: what proves it, what it means, and the cure in terms of our inputs. */
export interface AnswerRow {
  /** Anchor in docs/troubleshooting.md. */
  readonly id: string;
  readonly reason: ProofFailureReason;
  /** Found in `HTTP <code>: <message>` and the body. Quantifiers are bounded. */
  readonly pattern: RegExp;
  readonly example: string;
  readonly title: string;
  readonly cure: string;
}

const AT_INGRESS = { reason: 'endpoint-failed' } as const;

/** What gateways, sidecars, login proxies and the API server answer in place of the model. */
export const KNOWN_ANSWERS: readonly AnswerRow[] = [
  {
    ...AT_INGRESS,
    id: 'answer-speaks-http',
    pattern: /speaks HTTP, not HTTPS/,
    example: 'HTTP none: POST /seldon on https://models.example.com: it speaks HTTP, not HTTPS',
    title: 'the gateway has no TLS on that port',
    cure: 'write `ingress-url` with `http://`, or name the port of the gateway that speaks HTTPS',
  },
  {
    ...AT_INGRESS,
    id: 'answer-speaks-https',
    pattern: /HTTP request (?:was sent )?to (?:an )?HTTPS (?:server|port)/i,
    example: 'HTTP 400: Client sent an HTTP request to an HTTPS server.',
    title: 'the gateway expects TLS on that port',
    cure: 'write `ingress-url` with `https://`',
  },
  {
    ...AT_INGRESS,
    id: 'answer-gateway-tls',
    pattern: /HTTP 52[56]: |HTTP 495: |HTTP 496: |WRONG_VERSION_NUMBER|CERTIFICATE_VERIFY_FAILED/,
    example: 'HTTP 525: POST /seldon: SSL handshake failed',
    title: 'a proxy before the model and what is behind it do not agree on TLS or on a certificate',
    cure: 'correct the TLS mode and the certificate of the gateway and its `DestinationRule` (mutual TLS of the namespace), or name the gateway itself in `ingress-url`',
  },
  {
    ...AT_INGRESS,
    id: 'answer-protocol',
    pattern: /HTTP (?:421|426|464|505): /,
    example: 'HTTP 421: POST /seldon: Misdirected Request',
    title: 'the gateway does not serve this host, or not over HTTP/1.1, on that port',
    cure: 'write `ingress-url` with the host and port of the listener that serves HTTP/1.1 for the model, as its certificate names it',
  },
  {
    ...AT_INGRESS,
    id: 'answer-login',
    pattern:
      /HTTP 30[12378]: [^\n]{0,600}redirects to [^\s)]{0,400}(?:login|auth|oauth|dex|signin|sign_in|sso|keycloak|accounts\.google|microsoftonline)/i,
    example: 'HTTP 302: refused (it redirects to https://auth.example.com/dex/auth?client_id=x)',
    title: 'a login page stands before the model',
    cure: 'let the proxy pass requests to /seldon/ without a login, or leave `ingress-url` out: the model is then proven through the API server',
  },
  {
    ...AT_INGRESS,
    id: 'answer-redirected',
    pattern: /HTTP 30[12378]: /,
    example: 'HTTP 308: refused (it redirects to https://models.example.com/seldon/seldon/wine/api/v0.1/predictions)',
    title: 'the gateway sends clients to another address',
    cure: 'write `ingress-url` as the address that it redirects to, without the path from /seldon on; mostly that is `https://` in place of `http://`',
  },
  {
    ...AT_INGRESS,
    id: 'answer-rbac',
    pattern: /RBAC: access denied|HTTP 403: [^\n]{0,600}(?:istio|envoy|authorization policy)/i,
    example: 'HTTP 403: POST /seldon: RBAC: access denied',
    title: 'an AuthorizationPolicy of Istio refuses the request',
    cure: 'allow requests to /seldon/ from the gateway and from the API server in an AuthorizationPolicy of the namespace',
  },
  {
    ...AT_INGRESS,
    id: 'answer-unauthorized',
    pattern: /HTTP (?:40[137]|561): |Jwt is missing|Jwt verification fails/,
    example: 'HTTP 401: POST /seldon: Jwt is missing',
    title: 'a proxy or gateway before the model asks for credentials, which this action does not send',
    cure: 'let requests to /seldon/ pass without credentials, or leave `ingress-url` out: the model is then proven through the API server',
  },
  {
    ...AT_INGRESS,
    id: 'answer-no-route',
    pattern: /HTTP 404: /,
    example: 'HTTP 404: POST /seldon/seldon/wine/api/v0.1/predictions on http://gateway: 404 page not found',
    title: 'that path leads nowhere: the gateway has no route to the model, or the model has another name',
    cure: 'check that `ingress-url` is the gateway that Seldon writes its routes for (`istio.enabled`, `istio.gateway` or Ambassador of the operator), without a path; `kubectl get virtualservices,mappings` shows the routes',
  },
  {
    ...AT_INGRESS,
    id: 'answer-method',
    pattern: /HTTP 405: /,
    example: 'HTTP 405: POST /: Method Not Allowed',
    title: 'the path is served by something that takes no predictions',
    cure: 'check `ingress-url` and `protocol`: `seldon` answers below /api, `v2` below /v2',
  },
  {
    ...AT_INGRESS,
    id: 'answer-no-upstream',
    pattern: /no healthy upstream|upstream connect error|no endpoints available|UH |cluster_not_found|default backend/i,
    example: 'HTTP 503: POST /seldon: no healthy upstream',
    title: 'the gateway has a route, but no pod of the predictor behind it that it may reach',
    cure: "check that the gateway reaches the namespace (network policies, mutual TLS, `DestinationRule`), and read the log of the pod's sidecar",
  },
  {
    ...AT_INGRESS,
    id: 'answer-too-large',
    pattern: /HTTP (?:41[34]|431): |Request Entity Too Large|payload too large/i,
    example: 'HTTP 413: Request Entity Too Large',
    title: 'the request is larger than the gateway accepts',
    cure: 'give a smaller request as `smoke-request`, or raise the limit of the gateway',
  },
  {
    ...AT_INGRESS,
    id: 'answer-rate-limit',
    pattern: /HTTP 429: |local_rate_limited/,
    example: 'HTTP 429: local_rate_limited',
    title: 'a rate limit refuses the request',
    cure: 'raise the limit of the gateway for the proof, or leave `ingress-url` out',
  },
  {
    ...AT_INGRESS,
    id: 'answer-gateway-refused',
    pattern: /^HTTP none: [^\n]{0,600}connection (?:refused|reset)/,
    example: 'HTTP none: POST /seldon on http://models.example.com: connection refused (ECONNREFUSED)',
    title: 'nothing accepts connections at that address',
    cure: 'correct the host and the port of `ingress-url`, or open them to this runner; without `ingress-url` the model is proven through the API server only',
  },
  {
    id: 'answer-timeout',
    reason: 'prediction-failed',
    pattern:
      /^HTTP (?:408|460|504|524): |upstream request timeout|stream timeout|^HTTP none: [^\n]{0,600}no answer (?:within|in time)/i,
    example: 'HTTP 504: POST /seldon: upstream request timeout',
    title: 'the model takes longer to answer than the timeout of the gateway or of Seldon allows',
    cure: 'give a smaller request as `smoke-request`, more cpu in `manifest`, or raise `seldon.io/rest-timeout` and the timeout of the gateway',
  },
  {
    id: 'answer-unavailable',
    reason: 'prediction-failed',
    pattern: /^HTTP 50[23]: |^HTTP none: [^\n]{0,600}connection (?:refused|reset)/,
    example: 'HTTP 503: Service Unavailable',
    title: 'no pod answers behind the Service: the server is not ready, or it ended while it answered',
    cure: 'read the log of the model container; raise `resources.limits.memory` in `manifest` if it was killed',
  },
];

/** The first row that explains an answer; undefined where it is the model's own. */
export function knownAnswer(said: string, isAtIngress: boolean): AnswerRow | undefined {
  const text = said.slice(0, 6_000);
  return KNOWN_ANSWERS.find(
    ({ reason, pattern }) => (isAtIngress || reason !== 'endpoint-failed') && pattern.test(text),
  );
}

import { nameInUri } from '../seldon/naming.ts';
import type { ClusterConfig, Config, RenderConfig, ReportingConfig } from './config.ts';
import { readGate } from './gate-inputs.ts';
import { InputReader, LONGEST_QUOTED, type RawInputs } from './input-reader.ts';
import { readCluster, readReporting } from './read-config.ts';
import { readRegistry } from './registry-inputs.ts';

/** Where to report a run, the object of the run, and the secrets to redact. */
export interface ReportingAddress {
  readonly reporting: ReportingConfig;
  readonly render: Pick<RenderConfig, 'name' | 'namespace'>;
  readonly secrets: readonly string[];
  readonly cluster: ClusterConfig;
}

/** Reads what is needed to report a run with invalid inputs. Input errors are ignored here: the report will list them. */
export function readAddress(raw: RawInputs): ReportingAddress {
  const read = new InputReader(raw);
  const tell = readReporting(read);
  const name = read.label('name') ?? nameInUri(read.text('model-uri') ?? '');
  const cluster = readCluster(read);
  return {
    reporting: tell,
    cluster,
    render: { name, namespace: read.label('namespace') },
    secrets: withQuotedParts(
      secretsOf({ registry: readRegistry(read), cluster, gate: readGate(read), reporting: tell }),
    ),
  };
}

/** Messages quote the beginning of a value, so the beginning of a secret in the wrong input is also a secret. */
function withQuotedParts(secrets: readonly string[]): readonly string[] {
  return secrets.flatMap((one) => (one.length > LONGEST_QUOTED ? [one, one.slice(0, LONGEST_QUOTED)] : [one]));
}

/** `token: value` in YAML, `"token": "value"` in JSON. */
const KUBECONFIG_SECRETS =
  /(?<![\w-])(?:token|password|client-key-data|id-token|refresh-token|client-secret)["']?\s*:\s*(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"',}]+))/g;

/** A token in place of a kubeconfig is one line, and no path that people write. */
function plainToken(given: string | undefined): string | undefined {
  const text = given?.trim() ?? '';
  const isPath = /^[~.]?\.?\/|\.(?:ya?ml|json|conf|config)$|(?:^|\/)\.?kube(?:config)?(?:\/|$)/i.test(text);
  return /^\S{12,4096}$/.test(text) && !isPath ? text : undefined;
}

/** All secrets of a run: masked in the log, and redacted from all published text. */
function secretsOf({
  registry,
  cluster,
  gate,
  reporting: tell,
}: Pick<Config, 'registry' | 'cluster' | 'gate' | 'reporting'>): readonly string[] {
  const inKubeconfig = [...(cluster.kubeconfig ?? '').matchAll(KUBECONFIG_SECRETS)]
    .map(([, double, single, plain]) => double ?? single ?? plain)
    .filter((value) => value !== 'null');
  const all = [
    plainToken(cluster.kubeconfig),
    registry.token,
    registry.password,
    gate.prometheusToken,
    tell.githubToken,
    ...inKubeconfig,
  ];
  return all.filter((value): value is string => value !== undefined && value.length >= 4);
}

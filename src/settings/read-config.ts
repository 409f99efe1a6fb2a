import { checkStrangeValues } from './checks/strange-values.ts';
import type { ClusterConfig, Config, ReportingConfig } from './config.ts';
import { readGate } from './gate-inputs.ts';
import { InputReader, type RawInputs } from './input-reader.ts';
import { readManifestFile } from './manifest-file-inputs.ts';
import { readExpiry, readLock, readPlan, readPreviewAge, readRecord, readWriteBack } from './record-inputs.ts';
import { readRegistry, readStorages } from './registry-inputs.ts';
import { checkTimeout, readEvaluate, readProof, readRender } from './render-inputs.ts';
import { checkModelUri, readCheckModes, readCompare, readMode, readModelUri, readShare } from './rollout-inputs.ts';

/**
 * Reads and checks all inputs.
 * @throws UserError bad-input with all errors together, before any request is sent
 */
export function readConfig(raw: RawInputs): Config {
  const read = new InputReader(raw);
  checkStrangeValues(read);
  const mode = readMode(read);
  const config: Config = {
    modelUri: readModelUri(read, mode),
    allowStorages: readStorages(read),
    mode,
    checkModes: readCheckModes(read),
    registry: readRegistry(read),
    cluster: readCluster(read),
    render: readRender(read, mode),
    share: readShare(read),
    gate: readGate(read),
    compare: readCompare(read),
    evaluate: readEvaluate(read),
    proof: readProof(read, mode),
    reporting: readReporting(read),
    timeout: read.seconds('timeout'),
    dryRun: read.flag('dry-run', false),
    takeOver: read.flag('take-over', false),
    manifestFile: readManifestFile(read, mode),
    previewAge: readPreviewAge(read),
    lockTimeout: readLock(read),
    record: readRecord(read, mode),
    writeBack: readWriteBack(read),
    plan: readPlan(read),
    onFailure: read.oneOf('on-failure', ['rollback', 'keep']),
    onCancel: read.oneOf('on-cancel', ['keep', 'rollback']),
    lockReason: read.text('lock-reason'),
    lockExpiry: readExpiry(read),
  };
  checkTimeout(read, config);
  checkModelUri(read, config.modelUri);
  read.end();
  return config;
}

export function readCluster(read: InputReader): ClusterConfig {
  return { kubeconfig: read.text('kubeconfig'), context: read.text('context') };
}

export function readReporting(read: InputReader): ReportingConfig {
  const comment = read.oneOf('comment', ['auto', 'always', 'never']);
  const githubToken = read.text('github-token', 'GITHUB_TOKEN');
  if (comment === 'always' && githubToken === undefined)
    read.fault('comment', 'is `always`, which needs `github-token`');
  const isSaid = read.text('public-details') !== undefined;
  const publicDetails = isSaid ? read.oneOf('public-details', ['none', 'endpoint', 'all']) : undefined;
  return { comment, publicDetails, pullRequest: read.count('pull-request', { least: 1, most: 2 ** 31 }), githubToken };
}

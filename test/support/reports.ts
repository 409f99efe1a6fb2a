import { VERBS } from '../../src/gate/command.ts';
import { compare, type ModelAnswer } from '../../src/proof/comparison.ts';
import { describeGate } from '../../src/proof/evidence/gate-record.ts';
import { answersTo } from '../../src/proof/evidence/questions.ts';
import type { Report } from '../../src/report/report.ts';

const URL = 'https://models.example.com/seldon/seldon/wine';

/** A successful first deployment; every sample states only what is different. */
export function aReport(over: Partial<Report> = {}): Report {
  return {
    outcome: 'deployed',
    reason: 'ok',
    mode: 'direct',
    isPlan: false,
    name: 'wine',
    namespace: 'seldon',
    cluster: undefined,
    protocol: 'seldon',
    model: {
      requestedUri: 'models:/wine-quality@champion',
      storageUri: 's3://mlflow/1/models/m-90ecf468357e4828a404c1d8347ecd19/artifacts',
      name: 'wine-quality',
      version: '4',
      alias: 'champion',
      runId: 'c66ef4022a54423db908e2d4a63334d1',
      link: 'https://mlflow.example.com/#/models/wine-quality/versions/4',
    },
    previous: {
      modelUri: 's3://mlflow/1/models/m-f7a25b030fd14dada69f3ba3e0479688/artifacts',
      name: 'wine-quality',
      version: '3',
    },
    changes: [
      'predictors[main].graph.modelUri: s3://mlflow/1/models/m-f7a2/artifacts → s3://mlflow/1/models/m-90ec/artifacts',
    ],
    steps: [
      {
        name: 'resolve',
        state: 'ok',
        message: 'wine-quality v4 lies in s3://mlflow/1/models/m-90ec/artifacts',
        duration: 67,
      },
      { name: 'preflight', state: 'ok', message: 'all permissions are there', duration: 12 },
      { name: 'render', state: 'ok', message: 'SeldonDeployment seldon/wine exists: 1 changes', duration: 36 },
      { name: 'apply', state: 'ok', message: 'SeldonDeployment seldon/wine applied, generation 4', duration: 41 },
      { name: 'wait', state: 'ok', message: 'rolled out: main', duration: 185_000 },
      { name: 'health', state: 'ok', message: 'GET /health/ping: HTTP 200, 4 ms: pong', duration: 9 },
      { name: 'predict', state: 'ok', message: 'answered in 12 ms: 2 predictions', duration: 21 },
      { name: 'endpoint', state: 'ok', message: 'answered in 31 ms: 2 predictions', duration: 40 },
    ],
    environment: undefined,
    before: [],
    planned: [],
    predictors: [],
    comparison: undefined,
    evaluation: undefined,
    gates: [],
    pace: undefined,
    history: [],
    previews: [],
    checks: [],
    since: undefined,
    prediction: {
      origin: 'example',
      request: '{"data":{"names":["alcohol"],"ndarray":[[8.8],[9.5]]}}',
      response: '{"data":{"names":[],"ndarray":[5.73,5.8]},"meta":{}}',
      status: 200,
      latency: 12.4,
    },
    sampleRequest: undefined,
    predictionSkipped: undefined,
    endpoint: {
      url: URL,
      predictUrl: `${URL}/api/v0.1/predictions`,
      inClusterUrl: 'http://wine-main.seldon.svc.cluster.local:8000/api/v0.1/predictions',
    },
    findings: [],
    warnings: [],
    preview: undefined,
    plan: undefined,
    next: undefined,
    offer: undefined,
    decision: undefined,
    askedMode: undefined,
    isAfterMerge: false,
    manifestPath: '/tmp/seldon-wine.yaml',
    manifest: 'apiVersion: machinelearning.seldon.io/v1\nkind: SeldonDeployment\n',
    context: {
      repository: 'acme/wine',
      runUrl: 'https://github.com/acme/wine/actions/runs/4711',
      commit: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
      actor: 'octocat',
      event: 'push',
      time: '2026-11-26T15:21:04.000Z',
    },
    ...over,
  };
}

const CRASH: Report['findings'][number] = {
  reason: 'crash-loop',
  title:
    'The model needs a Python module that its environment does not have (container prediction terminates repeatedly, exit code 3)',
  cure: 'log the model with the missing package in `pip_requirements`, or with your own code in `code_paths`',
  quotes: [
    {
      label: 'Last lines of wine-main-0-prediction-7c58/prediction',
      text: 'Traceback (most recent call last):\n  File "/opt/conda/x.py", line 461\nModuleNotFoundError: No module named \'wine_features\'',
    },
    {
      label: 'Containers',
      text: 'wine-main-0-prediction-7c58/prediction: waiting, CrashLoopBackOff; ended with Error, exit code 3; 1 restarts',
    },
  ],
};

const failedWait = aReport().steps.slice(0, 4).concat(
  {
    name: 'wait',
    state: 'failed',
    message: 'container prediction terminates repeatedly, exit code 3',
    duration: 21_400,
  },
  {
    name: 'undo',
    state: 'ok',
    message: 's3://mlflow/1/models/m-f7a2/artifacts is restored and available',
    duration: 1_200,
  },
);

const BESIDE: Report['predictors'] = [
  { name: 'main', model: 'wine-quality v3', traffic: 90, shadow: false, replicas: 3 },
  { name: 'canary', model: 'wine-quality v4', traffic: 10, shadow: false, replicas: 1 },
];

function answerOf(value: number, latency: number): ModelAnswer {
  return { status: 200, body: JSON.stringify({ data: { names: [], ndarray: [value] }, meta: {} }), latency };
}

const OLD: Report['predictors'] = [
  { name: 'main', model: 'wine-quality v3', traffic: 100, shadow: false, replicas: 3 },
];

const NEW: Report['predictors'] = [
  { name: 'main', model: 'wine-quality v4', traffic: 100, shadow: false, replicas: 3 },
];

/** All commands, on an open pull request. */
const OFFER: NonNullable<Report['offer']> = {
  prefix: '/seldon',
  target: undefined,
  verbs: VERBS,
  object: [],
  needsPlan: false,
  needs: [],
};

/** The commands about the canary of `BESIDE`. */
const DECISION: NonNullable<Report['decision']> = {
  standing: '`canary` (wine-quality v4, 10 %)',
  promote: '/seldon promote',
  planned: '/seldon plan mode=promote',
  rollback: '/seldon rollback',
  abort: '/seldon abort',
  isFirst: false,
  needsWorkflow: false,
};

const PLAN = '315403b575-e5ed24c20e-ff372ae962-61bc535980-f0ed5d3790';

const PREVIEW: NonNullable<Report['preview']> = {
  description: 'Less weight on alcohol; trained on the 2026 harvest.',
  signature: ['input alcohol: double → float', 'output quality is new: double'],
  metrics: [
    { name: 'rmse', before: 0.7312345678901234, after: 0.7119 },
    { name: 'r2', before: 0.417, after: 0.402 },
    { name: 'rows', before: 4898, after: 6497 },
    { name: 'mae', before: undefined, after: 0.55 },
  ],
  tags: ['reviewed: yes → no'],
  pods: ['canary: 1 pod to be created'],
  exposure: 'no request of a user reaches the model.',
  steps: ['main 95 %, canary 5 %', 'main 90 %, canary 10 %'],
  stepSeconds: 600,
  estimates: ['main 95 %, canary 5 %: about 12 minutes until a difference of 1 point is excluded'],
};

/** A step in which main had 4 requests for each of canary's. */
function gateOf(stage: string, requests: number, failures: number): Report['gates'][number] {
  const main = { trials: requests * 4, failures: Math.round(requests / 100) };
  const failed = [{ main, canary: { trials: requests, failures } }];
  const slow = [{ main: { ...main, failures: 2 }, canary: { trials: requests, failures: 1 } }];
  const questions = [
    { name: 'failed requests', margin: 0.01, asksMain: true, steps: failed },
    { name: 'slower than 50 ms', margin: 0.05, asksMain: true, steps: slow },
  ];
  const verdicts = answersTo(questions, requests / 2);
  const isWorse = verdicts.some(({ answer }) => answer === 'worse');
  return { stage, decision: isWorse ? 'worse' : 'advance', source: 'Prometheus', verdicts, problem: undefined };
}

const GATES = [gateOf('main 95 %, canary 5 %', 120, 1), gateOf('main 75 %, canary 25 %', 460, 37)];

/** One of each ending, for golden files and for the eye. */
export const sampleReports: Readonly<Record<string, Report>> = {
  deployed: aReport({ before: OLD, predictors: NEW, environment: 'production', offer: OFFER }),
  'first-without-ingress': aReport({
    previous: undefined,
    predictors: NEW,
    changes: [],
    endpoint: {
      url: undefined,
      predictUrl: undefined,
      inClusterUrl: 'http://wine-main.seldon.svc.cluster.local:8000/api/v0.1/predictions',
    },
    prediction: undefined,
    predictionSkipped:
      'No prediction was sent: the model was logged with neither a signature nor a usable input example. Give a request in `smoke-request`.',
  }),
  unchanged: aReport({ outcome: 'unchanged', reason: 'already-live', changes: [], before: NEW, predictors: NEW }),
  'rolled-back': aReport({
    outcome: 'rolled-back',
    reason: 'crash-loop',
    before: OLD,
    predictors: OLD,
    steps: failedWait,
    prediction: undefined,
    findings: [CRASH],
  }),
  withdrawn: aReport({
    outcome: 'withdrawn',
    reason: 'crash-loop',
    previous: undefined,
    changes: [],
    steps: failedWait,
    prediction: undefined,
    findings: [CRASH],
  }),
  forbidden: aReport({
    outcome: 'failed',
    reason: 'cluster-forbidden',
    previous: undefined,
    changes: [],
    endpoint: undefined,
    prediction: undefined,
    steps: aReport().steps.slice(0, 1).concat({
      name: 'preflight',
      state: 'failed',
      message: 'the user of this kubeconfig may not: patch seldondeployments',
      duration: 8,
    }),
    findings: [
      {
        reason: 'cluster-forbidden',
        title:
          'the user of this kubeconfig has no permission in namespace seldon for: patch seldondeployments.machinelearning.seldon.io',
        cure: 'if the namespace is correct, bind this Role to the user:\n\nkind: Role\nmetadata:\n  name: mlflow-to-seldon\n',
        quotes: [],
      },
    ],
  }),
  canary: aReport({
    mode: 'canary',
    environment: 'production',
    offer: OFFER,
    decision: DECISION,
    before: OLD,
    predictors: BESIDE,
    comparison: compare({
      old: 'main',
      new: 'canary',
      protocol: 'seldon',
      tolerance: 0.06,
      exchanges: [5, 6, 7, 8, 9, 10].map((value) => ({
        old: answerOf(value, 12),
        new: answerOf(value * 1.01 + (value - 5) / 10, 15),
      })),
    }),
    steps: aReport().steps.map((step, at) =>
      at < 3 ? step : { ...step, about: at < 6 ? 'canary is ready, without requests' : 'main 90 %, canary 10 %' },
    ),
  }),
  'gate-failed': aReport({
    mode: 'canary',
    outcome: 'rolled-back',
    reason: 'gate-failed',
    prediction: undefined,
    before: OLD,
    predictors: OLD,
    gates: GATES,
    findings: [
      {
        reason: 'gate-failed',
        title: `canary is worse than main: ${describeGate(GATES[1] ?? gateOf('', 1, 1))}`,
        cure: 'read the figures and correct the model; `gate-error-margin`, `gate-latency-ratio` and `gate-latency` set what is allowed',
        quotes: [],
      },
    ],
  }),
  'in-progress': aReport({
    mode: 'canary',
    outcome: 'under-way',
    reason: 'under-way',
    environment: 'production',
    before: OLD,
    predictors: OLD,
    planned: BESIDE.map((line) => ({ ...line, traffic: line.name === 'main' ? 75 : 25 })),
    prediction: undefined,
    gates: GATES.slice(0, 1),
    decision: DECISION,
    pace: {
      steps: ['main 95 %, canary 5 %', 'main 75 %, canary 25 %', 'main 50 %, canary 50 %'],
      at: 1,
      interval: 600,
      limit: 900,
      end: Date.parse('2026-11-26T15:28:00Z'),
    },
    steps: aReport().steps.slice(0, 5).concat({
      name: 'hold',
      about: 'main 75 %, canary 25 %',
      state: 'under-way',
      message: '3 of 10 minutes, all pods are ready',
      duration: 180_000,
    }),
  }),
  status: aReport({
    mode: 'status',
    outcome: 'reported',
    reason: 'status',
    model: undefined,
    previous: undefined,
    changes: [],
    prediction: undefined,
    since: '2026-11-02T08:15:00Z',
    offer: OFFER,
    decision: DECISION,
    predictors: BESIDE.map((line) => ({
      ...line,
      health: line.name === 'main' ? 'available' : '0 of 1 new pods ready',
    })),
    history: [
      {
        revision: 4,
        model: 'wine-quality v3',
        time: '2026-11-20T10:00:00.000Z',
        run: undefined,
        commit: '6dcb09b5b575',
        rolledBack: false,
      },
      {
        revision: 3,
        model: 'wine-quality v2',
        time: '2026-11-10T10:00:00.000Z',
        run: undefined,
        commit: undefined,
        rolledBack: true,
      },
    ],
    steps: [
      { name: 'look', state: 'ok', message: 'the rollout is in progress: canary: 0 of 1 new pods ready', duration: 41 },
    ],
  }),
  rendered: aReport({
    outcome: 'rendered',
    reason: 'rendered',
    cluster: 'deploy/wine.yaml',
    manifestPath: 'deploy/wine.yaml',
    prediction: undefined,
    steps: aReport()
      .steps.slice(0, 3)
      .concat({ name: 'write', state: 'ok', message: 'deploy/wine.yaml is written', duration: 3 }),
  }),
  planned: aReport({
    context: { ...aReport().context, event: 'issue_comment' },
    outcome: 'planned',
    reason: 'dry-run',
    mode: 'canary',
    environment: 'production',
    before: OLD,
    predictors: OLD,
    planned: BESIDE,
    preview: PREVIEW,
    plan: PLAN,
    next: `/seldon canary traffic=10 plan=${PLAN}`,
    offer: { ...OFFER, needs: ['an approving review'] },
    prediction: undefined,
    steps: aReport().steps.slice(0, 4),
    warnings: ['Secret seldon/rclone-s3 has no key RCLONE_CONFIG_S3_TYPE'],
  }),
};

import { compared } from '../../base/rounding.ts';
import { codeSpan } from '../../base/untrusted-text.ts';
import type { MetricLine } from '../../plan/plan-preview.ts';
import { table } from './table.ts';

/** The metrics of the live and of the planned model, with the same rounding, and which one is better. */
export function metricTable(metrics: readonly MetricLine[]): string {
  const head = '| metric in MLflow | live model | new model | difference | verdict |\n|---|--:|--:|--:|---|';
  return table(metrics.map(metricRow), head);
}

function metricRow({ name, before, after }: MetricLine): readonly string[] {
  const shown = compared(before, after);
  const better = betterIs(name);
  const apart = before === undefined || after === undefined ? 0 : after - before;
  const isKnown = better !== undefined && apart !== 0 && !Number.isNaN(apart);
  const verdict = isKnown ? (apart > 0 === (better === 'higher') ? '✅ better' : '⚠️ worse') : '';
  return [codeSpan(name, 80), shown.before || '–', shown.after || '–', shown.difference ?? '', verdict];
}

/** Words of metrics for which a lower value is better. */
const LOWER: ReadonlySet<string> = new Set(
  'error errors err loss logloss rmse mse mae mape smape wape rmsle msle medae brier perplexity ppl wer cer latency deviance hinge fpr fnr ece crps pinball'.split(
    ' ',
  ),
);

/** Words of metrics for which a higher value is better. */
const HIGHER: ReadonlySet<string> = new Set(
  'accuracy acc auc auroc prauc auprc roc f1 fbeta precision recall r2 score ap map ndcg mrr iou miou dice bleu rouge kappa mcc specificity sensitivity gini tpr tnr jaccard likelihood'.split(
    ' ',
  ),
);

/** Whether a higher or a lower value is better, by the words of the name; undefined if they do not say. */
export function betterIs(name: string): 'higher' | 'lower' | undefined {
  const words = name
    .toLowerCase()
    .slice(0, LONGEST_NAME)
    .split(/[^a-z0-9]/);
  const [isLower, isHigher] = [words.some((word) => LOWER.has(word)), words.some((word) => HIGHER.has(word))];
  if (isLower === isHigher) return undefined;
  // scikit-learn turns losses into scores: `neg_mean_squared_error`.
  const isNegated = words.includes('neg');
  return isLower !== isNegated ? 'lower' : 'higher';
}

const LONGEST_NAME = 200;

import { mapTexts } from './redacted-report.ts';
import type { Report } from './report.ts';

/** How much of a cluster's inner life a comment shows. The job summary and the log have all of it. */
export type PublicDetails = 'none' | 'endpoint' | 'all';

const HIDDEN = '(hidden)';
/** A shorter one is a word. */
const SHORTEST = 6;

/**
 * A report as a comment may show it. `endpoint`: without the API server, storage paths, example data, pods' logs and the
 * manifest. `none`: without the endpoint, too.
 */
export function publicPart(report: Report, details: PublicDetails): Report {
  if (details === 'all') return report;
  const { cluster, model, previous, endpoint, predictors } = report;
  const inner = [
    cluster,
    hostOf(cluster),
    model?.storageUri,
    model?.requestedUri.includes('://') === true ? model.requestedUri : undefined,
    previous?.modelUri,
    ...(details === 'none' ? [endpoint?.predictUrl, endpoint?.url, endpoint?.inClusterUrl] : []),
  ].filter((one): one is string => one !== undefined && one.length >= SHORTEST);
  const hide = (text: string) =>
    withoutStorage(
      inner.reduce((rest, one) => rest.replaceAll(one, HIDDEN), text),
      details,
    );
  const { comparison } = report;
  return {
    ...(mapTexts(report, hide) as Report),
    // What the report is found again by, and who is told, are no details.
    cluster,
    context: report.context,
    predictors: mapTexts(predictors, hide) as Report['predictors'],
    endpoint: details === 'none' ? undefined : endpoint,
    prediction: undefined,
    sampleRequest: undefined,
    manifest: undefined,
    changes: [],
    comparison: comparison && { ...comparison, answers: [] },
    findings: report.findings.map((finding) => {
      const { title, cure } = finding;
      return { ...finding, title: hide(title), cure: cure && hide(cure), quotes: [] };
    }),
  };
}

/** What is said below a comment that shows less than there is. */
export function hiddenNote(details: PublicDetails): string {
  if (details === 'all') return '';
  return `\n\n<sub>Addresses, paths, example data and logs of pods are in the job summary: \`public-details\` is \`${details}\`.</sub>`;
}

/** Paths of any storage, and addresses inside the cluster, wherever a sentence quotes one. */
function withoutStorage(text: string, details: PublicDetails): string {
  const shown = text.replace(
    /\b(?:s3|gs|gcs|pvc|azureblob|abfss?|wasbs?|hdfs|dbfs|file):\/{0,3}[^\s`'"<>|)]{1,2000}/g,
    HIDDEN,
  );
  return details === 'none' ? shown.replace(/\bhttps?:\/\/[^\s`'"<>|)]{1,2000}/g, HIDDEN) : shown;
}

function hostOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).host : undefined;
}

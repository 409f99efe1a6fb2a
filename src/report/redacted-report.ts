import { redact, redactJson } from '../base/redaction.ts';
import type { Report } from './report.ts';

/**
 * A report without secrets. Redaction must happen before the report becomes Markdown: a secret that is cut out of the
 * Markdown may contain the end of a fence.
 */
export function redactedReport(report: Report, secrets: readonly string[]): Report {
  const { prediction, sampleRequest } = report;
  const clean = {
    ...(mapTexts(report, (text) => redact(text, secrets)) as Report),
    sampleRequest: sampleRequest === undefined ? undefined : redactJson(sampleRequest, secrets),
  };
  if (prediction === undefined) return clean;
  const { request, response } = prediction;
  const texts = {
    request: redactJson(request, secrets),
    response: response === undefined ? undefined : redactJson(response, secrets),
  };
  return { ...clean, prediction: { ...prediction, ...texts } };
}

/** The same value with each text changed. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
}

/** An HTTP answer in the words of MLflow 3.17 (recorded). */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const NOT_FOUND_PAGE =
  '<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not ' +
  'found on the server. If you entered the URL manually please check your spelling and try again.</p>\n';

/** Empty lists are omitted. */
export function list(key: string, items: readonly unknown[]): Record<string, unknown> {
  return items.length === 0 ? {} : { [key]: items };
}

export function noModel(query: URLSearchParams): Answer {
  return refused(404, 'RESOURCE_DOES_NOT_EXIST', `Registered Model with name=${query.get('name')} not found`);
}

export function noVersion(query: URLSearchParams): Answer {
  const [name, version] = [query.get('name'), query.get('version')];
  return refused(404, 'RESOURCE_DOES_NOT_EXIST', `Model Version (name=${name}, version=${version}) not found`);
}

export function noRun(runId: string | null): Answer {
  return refused(404, 'RESOURCE_DOES_NOT_EXIST', `Run with id=${runId} not found`);
}

export function noLoggedModel(id: string): Answer {
  return refused(404, 'RESOURCE_DOES_NOT_EXIST', `Logged model with ID '${id}' not found.`);
}

export function refused(status: number, code: string, message: string): Answer {
  return json({ error_code: code, message }, status);
}

export function json(value: object, status = 200): Answer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}

export function text(body: string): Answer {
  return { status: 200, type: 'text/plain; charset=utf-8', body };
}

export function noRoute(): Answer {
  return { status: 404, type: 'text/html; charset=utf-8', body: NOT_FOUND_PAGE };
}

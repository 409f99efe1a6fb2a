/** Other nodes of a graph: Seldon's Python wrapper around a transformer, a router, a combiner or a model of scikit-learn. */
import type { ContainerContext, ContainerImage } from '../container.ts';
import { type Answered, type Asked, serve, startUp } from './server-life.ts';

type Rows = readonly (readonly number[])[];

/** The role is the image's name; `PREDICTIVE_UNIT_PARAMETERS` may give a `factor` or a `branch`. */
export function graphComponentImage(): ContainerImage {
  return async (context) => {
    const exit = await startUp(context);
    if (exit !== undefined) return exit;
    const [, role = ''] = /\b(scaler|chooser|mean|sklearnserver)\b/.exec(context.image) ?? [];
    const port = Number(context.env['PREDICTIVE_UNIT_HTTP_SERVICE_PORT'] ?? 9000);
    context.log(`REST gunicorn microservice running on port ${port}`);
    return serve(context, port, { answer: (asked) => answer(asked, role, context) });
  };
}

function answer({ method, path, body }: Asked, role: string, context: ContainerContext): Answered {
  if (method === 'GET') return { status: 200, body: 'pong', contentType: 'text/html; charset=utf-8' };
  const message = JSON.parse(body) as {
    data?: { ndarray?: Rows; names?: unknown };
    seldonMessages?: readonly unknown[];
  };
  context.log(`${role} ${path}`);
  const said = (data: object): Answered => ({ status: 200, body: JSON.stringify({ data, meta: {} }) });
  const rows = message.data?.ndarray ?? [];
  switch (`${role} ${path}`) {
    case 'scaler /transform-input': {
      const factor = Number(parameter(context, 'factor') ?? 1);
      const scaled = rows.map((row) => row.map((value) => value * factor));
      return said({ names: message.data?.names ?? [], ndarray: scaled });
    }
    case 'chooser /route':
      return said({ ndarray: [[Number(parameter(context, 'branch') ?? 0)]] });
    case 'mean /aggregate': {
      const lists = (message.seldonMessages ?? []).map(
        (one) => (one as { data: { ndarray: readonly number[] } }).data.ndarray,
      );
      const means = (lists[0] ?? []).map(
        (_, at) => lists.reduce((sum, list) => sum + Number(list[at]), 0) / lists.length,
      );
      return said({ names: [], ndarray: means });
    }
    case 'sklearnserver /predict':
      return said({ names: [], ndarray: rows.map(() => 42) });
    default: {
      const status = { code: -1, info: `Not implemented: ${path}`, reason: 'MICROSERVICE_INTERNAL_ERROR', status: 1 };
      return { status: 500, body: JSON.stringify({ status }) };
    }
  }
}

function parameter({ env }: ContainerContext, name: string): string | undefined {
  const list = JSON.parse(env['PREDICTIVE_UNIT_PARAMETERS'] ?? '[]') as readonly { name: string; value: string }[];
  return list.find((one) => one.name === name)?.value;
}

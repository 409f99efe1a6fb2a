import { dirname, join, normalize } from 'node:path';

/** The rules of the house: which room may import which, and what a file without a port must not touch. */

/** Text of each file below `src/`, by its path. */
export type Sources = ReadonlyMap<string, string>;

/** In the order in which a run passes them. A room may import itself and the rooms before it. */
export const ROOMS = [
  'base',
  'model',
  'seldon',
  'settings',
  'gate',
  'plan',
  'rollout',
  'proof',
  'report',
  'record',
  'run',
] as const;

/** Rooms that stand side by side: neither knows the other. */
const NEIGHBOURS: Readonly<Record<string, readonly string[]>> = { plan: ['gate'] };

/** The composition root. It may import everything. */
const ROOT = ['index.ts', 'step.ts', 'main.ts', 'post.ts', 'execute.ts', 'compose.ts'];

/** What adapters may use of the rooms: ports, and the types and names that the ports speak of. */
const FOR_ADAPTERS: readonly string[] = ['base', 'model', 'seldon', 'settings'];
const PORTS_FOR_ADAPTERS: Readonly<Record<string, readonly string[]>> = {
  'adapters/files': ['plan/manifest-file.ts', 'plan/given/parse-manifest.ts'],
  'adapters/github': [
    'gate/collaboration.ts',
    'gate/admission.ts',
    'gate/event.ts',
    'report/repository.ts',
    'record/deployments.ts',
    'record/token-access.ts',
  ],
  'adapters/prometheus': ['proof/evidence/metrics.ts'],
};

/** Packages by room or adapter; all others are refused. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  base: /^node:crypto$/,
  model: /^js-yaml$/,
  seldon: /^node:crypto$/,
  gate: /^js-yaml$/,
  plan: /^(js-yaml|node:crypto)$/,
  report: /^node:crypto$/,
  compose: /^(@actions\/core|node:fs|node:crypto|node:zlib)$/,
  'adapters/github': /^(@actions\/github|node:.*)$/,
  'adapters/kubernetes': /^(@kubernetes\/client-node\/.*|js-yaml|node:.*)$/,
};

export const LIMITS = { lines: 230, files: 20 } as const;

/** What only adapters and the composition root may do. */
const SIDE_EFFECTS: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/, 'reads the clock'],
  [/\bconsole\.|\bprocess\.(?:stdout|stderr)\b/, 'logs'],
  [/\bprocess\.env\b|=\s*process\b/, 'reads the environment'],
  [/\bfetch\(/, 'does I/O'],
  [/\bMath\.random\(/, 'is random'],
];

/** A room, an adapter (`adapters/mlflow`), or a file of the composition root. */
function placeOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'adapters' ? `adapters/${second.replace('.ts', '')}` : first.replace('.ts', '');
}

function targetsOf(source: string): readonly string[] {
  return [...source.matchAll(/(?:^(?:import|export)\b[^;'"]*?from|\bimport\(|^import)\s*'([^']+)'/gm)].map(
    ([, target]) => target ?? '',
  );
}

function resolved(path: string, target: string): string {
  return normalize(join(dirname(path), target)).replaceAll('\\', '/');
}

/** Each file with the files of ours that it imports, types included. */
export function importsIn(sources: Sources): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...sources].map(([path, source]) => [
      path,
      targetsOf(source)
        .filter((target) => target.startsWith('.'))
        .map((target) => resolved(path, target)),
    ]),
  );
}

/** Everything that breaks a rule of the house, one sentence each. */
export function faultsIn(sources: Sources): readonly string[] {
  return [...sources].flatMap(([path, source]) => {
    const place = placeOf(path);
    if (!ROOT.includes(path) && !place.startsWith('adapters/') && !isRoom(place)) return [`${path} belongs to no room`];
    return [
      ...targetsOf(source).flatMap((target) => importFault(path, target) ?? []),
      ...(isRoom(place)
        ? SIDE_EFFECTS.flatMap(([pattern, what]) => (pattern.test(source) ? [`${path} ${what}`] : []))
        : []),
    ];
  });
}

function isRoom(place: string): boolean {
  return ROOMS.some((room) => room === place);
}

function importFault(path: string, target: string): string | undefined {
  const place = placeOf(path);
  if (!target.startsWith('.')) {
    const packages = PACKAGES[place] ?? (place.startsWith('adapters/') ? /^node:/ : /^$/);
    return packages.test(target) ? undefined : `${path} imports the package ${target}`;
  }
  if (ROOT.includes(path)) return undefined;
  const file = resolved(path, target);
  return mayImport(place, file) ? undefined : `${path} imports ${file}`;
}

function mayImport(place: string, file: string): boolean {
  const other = placeOf(file);
  if (place.startsWith('adapters/')) {
    const isPort = PORTS_FOR_ADAPTERS[place]?.includes(file) ?? false;
    return other === place || other === 'adapters/http' || FOR_ADAPTERS.includes(other) || isPort;
  }
  const rooms: readonly string[] = ROOMS;
  const [own, theirs] = [rooms.indexOf(place), rooms.indexOf(other)];
  return theirs >= 0 && theirs <= own && !(NEIGHBOURS[place]?.includes(other) ?? false);
}

/** Groups of files that import each other in a circle (Tarjan's strongly connected components), sorted. */
export function cyclesIn(imports: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const cycles: string[][] = [];
  const visit = (file: string): number => {
    const number = order.size;
    order.set(file, number);
    lowest.set(file, number);
    open.push(file);
    for (const next of imports.get(file) ?? []) {
      if (!imports.has(next)) continue;
      const reached = order.has(next) ? (open.includes(next) ? (order.get(next) ?? number) : number) : visit(next);
      lowest.set(file, Math.min(lowest.get(file) ?? number, reached));
    }
    if (lowest.get(file) === number) {
      const group = open.splice(open.indexOf(file));
      if (group.length > 1 || imports.get(file)?.includes(file)) cycles.push(group.sort());
    }
    return lowest.get(file) ?? number;
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return cycles;
}

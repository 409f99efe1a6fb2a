import { nearestWord } from '../base/nearest-word.ts';
import type { InputName } from '../settings/inputs.ts';

/** A command in a comment: a verb, optional models or targets, and arguments. */

export const VERBS = [
  'plan',
  'deploy',
  'canary',
  'shadow',
  'ab',
  'blue-green',
  'promote',
  'rollback',
  'abort',
  'lock',
  'unlock',
  'status',
  'help',
] as const;

export type Verb = (typeof VERBS)[number];

export interface Command {
  readonly verb: Verb;
  /** The word without a name that contains a colon. */
  readonly model: string | undefined;
  /** The word without a name and without a colon: names of targets, separated by commas. */
  readonly target: string | undefined;
  readonly args: ReadonlyMap<Argument, string>;
  /** What follows `lock`: its first word may be a target, which only the file of targets can tell. */
  readonly reason?: string;
}

/** Arguments and their inputs. */
const ARGUMENTS = {
  name: 'name',
  namespace: 'namespace',
  traffic: 'traffic',
  steps: 'steps',
  predictor: 'predictor',
  to: 'to',
  replicas: 'replicas',
  mode: 'mode',
  plan: 'plan',
  for: 'lock-expiry',
} as const satisfies Readonly<Record<string, InputName>>;

export type Argument = keyof typeof ARGUMENTS;

const OBJECT = ['name', 'namespace'] as const;
const DEPLOYING = [...OBJECT, 'replicas', 'plan'] as const;

const ALLOWED: Readonly<Record<Verb, readonly Argument[]>> = {
  plan: [...OBJECT, 'mode', 'replicas', 'traffic', 'steps', 'predictor', 'to'],
  deploy: DEPLOYING,
  canary: [...DEPLOYING, 'traffic', 'steps'],
  shadow: [...DEPLOYING, 'traffic'],
  ab: [...DEPLOYING, 'traffic', 'predictor'],
  'blue-green': DEPLOYING,
  promote: [...OBJECT, 'predictor', 'plan'],
  rollback: [...OBJECT, 'predictor', 'to', 'plan'],
  abort: OBJECT,
  lock: [...OBJECT, 'for'],
  unlock: OBJECT,
  status: OBJECT,
  help: [],
};

/** Whether a command has an argument. */
export function takes(verb: Verb, argument: string): boolean {
  return ALLOWED[verb].some((one) => one === argument);
}

/** Verbs that take their model from the cluster. */
export const WITHOUT_MODEL: readonly Verb[] = ['promote', 'rollback', 'abort', 'lock', 'unlock', 'status', 'help'];

/** Maximum length of a command in characters. */
const LONGEST = 1_000;

/** A message for the author of the comment. */
export interface CommandError {
  readonly fault: string;
}

/**
 * Reads the first line of a comment: `/seldon canary models:/wine@challenger traffic=20 name="wine"`. No part of it is
 * passed to a shell, a template or a URL. Values are checked like any input.
 */
export function parseCommand(body: string, prefix: string): Command | CommandError {
  const [line = ''] = body.split(/\r?\n/, 1);
  if (line.length > LONGEST)
    return { fault: `the command has ${line.length} characters; at most ${LONGEST} are read: shorten it` };
  const lock = /^\s+lock(?:\s+(.*))?$/.exec(line.slice(prefix.length));
  if (lock !== null) return readLock((lock[1] ?? '').trim(), prefix);
  const words = wordsOf(line.slice(prefix.length));
  if (words === undefined) return { fault: 'a quotation mark in the command is not closed: add the second one' };
  const [first, ...rest] = words;
  if (first === undefined) return { verb: 'help', model: undefined, target: undefined, args: new Map() };
  const verb = VERBS.find((one) => one === first.text);
  if (verb === undefined || first.isQuoted) return { fault: unknownVerb(first.text, prefix) };
  return readRest(verb, rest, prefix);
}

/** `lock for=2h name=wine the dashboards are wrong`: arguments first, then a reason in free words. */
function readLock(text: string, prefix: string): Command | CommandError {
  const [head = ''] = /^(?:[a-z-]{1,20}=[^\s"']{1,200}(?:\s+|$)){0,3}/.exec(text) ?? [];
  const words = wordsOf(head) ?? [];
  const reason = text.slice(head.length).trim();
  if (isBlank(reason)) return { fault: `\`lock\` needs a reason: \`${prefix} lock the dashboards are wrong\`` };
  const read = readRest('lock', words, prefix);
  return 'fault' in read ? read : { ...read, reason };
}

function readRest(verb: Verb, words: readonly Word[], prefix: string): Command | CommandError {
  const args = new Map<Argument, string>();
  const bare: { model?: string; target?: string } = {};
  for (const { name, text } of words) {
    if (isBlank(text))
      return { fault: `${name === undefined ? 'a word' : `\`${name}\``} of the command is empty: leave it out` };
    if (name === undefined && text.endsWith('='))
      return { fault: `\`${text.slice(0, 40)}\` has no value: leave it out, or write \`name=value\`` };
    if (name === undefined) {
      const kind = text.includes(':') ? 'model' : 'target';
      const [argumentName = '', ...values] = text.split('=');
      if (kind === 'target' && values.length > 0)
        return { fault: unknownWord(`argument of \`${verb}\``, argumentName, ALLOWED[verb], prefix) };
      if (bare[kind] !== undefined)
        return { fault: `\`${text}\` is unexpected: a command has one model URI, and targets as \`one,two\`` };
      if (kind === 'model' && WITHOUT_MODEL.includes(verb))
        return { fault: `\`${verb}\` reads its model from the cluster: remove \`${text}\`` };
      bare[kind] = text;
      continue;
    }
    const argument = ALLOWED[verb].find((one) => one === name);
    if (argument === undefined) return { fault: unknownWord(`argument of \`${verb}\``, name, ALLOWED[verb], prefix) };
    if (args.has(argument)) return { fault: `\`${argument}\` is given twice: leave one of them out` };
    args.set(argument, text);
  }
  return { verb, model: bare.model, target: bare.target, args };
}

/** Modes that only a workflow runs: they delete, or look at what a workflow has. */
const NO_COMMAND: readonly string[] = ['remove', 'sweep', 'check'];

function unknownVerb(word: string, prefix: string): string {
  if (NO_COMMAND.includes(word))
    return `\`${word}\` is not a command: start a workflow with \`mode: ${word}\` by hand, such as those in the folder \`examples\``;
  if (word === 'direct') return `\`direct\` is a mode: its command is \`${prefix} deploy\``;
  return unknownWord('command', word, VERBS, prefix);
}

function unknownWord(what: string, word: string, known: readonly string[], prefix: string): string {
  const near = nearestWord(word, known);
  const meant = near === undefined ? '' : ` Did you mean \`${near}\`?`;
  const list =
    known.length === 0
      ? 'it has none'
      : `there ${known.length === 1 ? 'is' : 'are'} ${known.map((one) => `\`${one}\``).join(', ')}`;
  return `\`${word.slice(0, 40)}\` is not a valid ${what}.${meant} See \`${prefix} help\`: ${list}.`;
}

/** Nothing that a person can see: spaces, controls, characters of no width. */
function isBlank(text: string): boolean {
  return !/[^\p{White_Space}\p{Cc}\p{Cf}]/u.test(text);
}

interface Word {
  /** Name in `name=value`. */
  readonly name: string | undefined;
  readonly text: string;
  readonly isQuoted: boolean;
}

const WORD = /\s*(?:([a-z][a-z-]*)=)?(?:"([^"]*)"|'([^']*)'|([^\s"']+))(?=\s|$)/y;

/** Undefined if a quotation mark is not closed. */
function wordsOf(text: string): readonly Word[] | undefined {
  const words: Word[] = [];
  const all = text.trimEnd();
  WORD.lastIndex = 0;
  for (let at = 0; at < all.length; at = WORD.lastIndex) {
    WORD.lastIndex = at;
    const found = WORD.exec(all);
    if (found === null) return undefined;
    const [, name, double, single, plain] = found;
    words.push({ name, text: double ?? single ?? plain ?? '', isQuoted: plain === undefined });
  }
  return words;
}

/** Verbs that use the mode of the workflow or the target. */
const KEEPS_MODE: readonly Verb[] = ['deploy', 'plan'];

/** The inputs that a command chooses, by name. */
export function inputsOf({ verb, args, model, reason }: Command): ReadonlyMap<InputName, string> {
  const chosen = new Map<InputName, string>();
  if (!KEEPS_MODE.includes(verb)) chosen.set('mode', verb);
  for (const [argument, value] of args) chosen.set(ARGUMENTS[argument], value);
  if (verb === 'plan') chosen.set('dry-run', 'true');
  if (reason !== undefined) chosen.set('lock-reason', reason);
  if (model !== undefined) chosen.set('model-uri', model);
  if (WITHOUT_MODEL.includes(verb)) chosen.set('model-uri', '');
  return chosen;
}

/** The syntax of all commands, for the help text. */
export function helpOf(prefix: string, targets: readonly string[] = []): string {
  const line = (verb: Verb) => {
    const target = verb === 'help' || targets.length === 0 ? '' : ` [${targets.join('|')}]`;
    const model = WITHOUT_MODEL.includes(verb) ? '' : ' [model URI]';
    const args = ALLOWED[verb].map((one) => ` ${one}=…`).join('');
    return `${prefix} ${verb}${target}${model}${args}${verb === 'lock' ? ' reason' : ''}`;
  };
  return VERBS.map(line).join('\n');
}

import { type InputReader, quoted } from '../settings/input-reader.ts';
import type { InputName } from '../settings/inputs.ts';
import { isProduction } from '../settings/record-inputs.ts';
import { DEFAULT_ROLES, type Policy, ROLES, type Role } from './admission.ts';
import { VERBS, type Verb } from './command.ts';

/** Inputs of the policy. */
export const POLICY_INPUTS = [
  'allow-commands',
  'allow-models',
  'allow-names',
  'allow-namespaces',
  'allow-users',
  'allow-bases',
  'allow-forks',
  'allow-drafts',
  'command-roles',
  'max-replicas',
  'require-review',
  'require-checks',
  'require-plan',
] as const satisfies readonly InputName[];

/** Default limit, because more replicas cost money. The workflow can raise it, a comment cannot. */
const MOST_REPLICAS = 10;

/** Reads the policy. Its errors are reported together with those of the other inputs. */
export function readPolicy(read: InputReader): Policy {
  const listed = checked(read, 'allow-users', {
    entries: listOf(read, 'allow-users').map((one) => one.replace(/^@/, '')),
    form: /^[\w-]+(?:\/[\w.-]+)?(?:\[bot\])?$/,
    such: '`octocat`, or a team as `acme/ml`',
  });
  const commands = listOf(read, 'allow-commands').filter((one) => isVerb(read, 'allow-commands', one));
  return {
    roles: readRoles(read),
    users: listed.filter((one) => !one.includes('/')),
    teams: listed.filter((one) => one.includes('/')),
    commands: commands.length === 0 ? VERBS : VERBS.filter((verb) => commands.includes(verb)),
    models: checked(read, 'allow-models', { form: /^\*$|:/, such: '`models:/wine/*`' }),
    names: checked(read, 'allow-names', { form: OBJECT, such: '`wine`, or `wine-*`' }),
    namespaces: checked(read, 'allow-namespaces', { form: OBJECT, such: '`seldon`, or `team-*`' }),
    bases: checked(read, 'allow-bases', {
      entries: listOf(read, 'allow-bases').map((one) => one.replace(/^(?:refs\/)?heads\//, '')),
      form: /^(?!refs\/|origin\/)\S+$/,
      such: '`release/*`, the name of a branch',
    }),
    maxReplicas: read.count('max-replicas', { least: 1, most: 1000 }) ?? MOST_REPLICAS,
    allowForks: read.flag('allow-forks', false),
    allowDrafts: read.flag('allow-drafts', false),
    requireReview: read.flag('require-review', false),
    requireChecks: read.flag('require-checks', false),
    // Production requires a plan, unless the workflow sets it otherwise.
    requirePlan: read.flag('require-plan', isProduction(read)),
  };
}

/** A pattern for names in Kubernetes. */
const OBJECT = /^[a-z0-9*.-]+$/;

interface EntryCheck {
  /** Default: those of the input. */
  readonly entries?: readonly string[];
  readonly form: RegExp;
  /** Examples, in words. */
  readonly such: string;
}

/** Entries that can match nothing are mistakes: whoever wrote them allowed less than they think. */
function checked(read: InputReader, name: InputName, { entries, form, such }: EntryCheck): readonly string[] {
  const all = entries ?? listOf(read, name);
  const odd = all.find((one) => !form.test(one));
  if (odd !== undefined) read.fault(name, `has ${quoted(odd)}, which matches nothing: write such as ${such}`);
  return all;
}

function readRoles(read: InputReader): Policy['roles'] {
  const roles = new Map<Verb, Role>(DEFAULT_ROLES);
  for (const line of listOf(read, 'command-roles')) {
    const [word = '', name = '', ...more] = line.split('=').map((one) => one.trim());
    const verb = VERBS.find((one) => one === word);
    const role = more.length === 0 ? ROLES.find((one) => one === name) : undefined;
    const lists = `the commands are ${VERBS.join(', ')}; the roles are ${ROLES.join(', ')}`;
    if (verb === undefined || role === undefined)
      read.fault('command-roles', `has ${quoted(line)}: write such as \`deploy=maintain\`; ${lists}`);
    else roles.set(verb, role);
  }
  return roles;
}

function isVerb(read: InputReader, name: InputName, word: string): word is Verb {
  const isOne = VERBS.some((verb) => verb === word);
  if (!isOne)
    read.fault(name, `has \`${word.slice(0, 40)}\`, which is not a command: the commands are ${VERBS.join(', ')}`);
  return isOne;
}

/** One a line or separated by commas. */
export function listOf(read: InputReader, name: InputName): readonly string[] {
  return (read.text(name) ?? '')
    .split(/[\n,]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

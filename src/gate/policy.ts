import type { InputReader } from '../settings/input-reader.ts';
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
  const listed = listOf(read, 'allow-users').map((one) => one.replace(/^@/, ''));
  const commands = listOf(read, 'allow-commands').filter((one) => isVerb(read, 'allow-commands', one));
  return {
    roles: readRoles(read),
    users: listed.filter((one) => !one.includes('/')),
    teams: listed.filter((one) => one.includes('/')),
    commands: commands.length === 0 ? VERBS : VERBS.filter((verb) => commands.includes(verb)),
    models: listOf(read, 'allow-models'),
    names: listOf(read, 'allow-names'),
    namespaces: listOf(read, 'allow-namespaces'),
    bases: listOf(read, 'allow-bases'),
    maxReplicas: read.count('max-replicas', { least: 1, most: 1000 }) ?? MOST_REPLICAS,
    allowForks: read.flag('allow-forks', false),
    allowDrafts: read.flag('allow-drafts', false),
    requireReview: read.flag('require-review', false),
    requireChecks: read.flag('require-checks', false),
    // Production requires a plan, unless the workflow sets it otherwise.
    requirePlan: read.flag('require-plan', isProduction(read)),
  };
}

function readRoles(read: InputReader): Policy['roles'] {
  const roles = new Map<Verb, Role>(DEFAULT_ROLES);
  for (const line of listOf(read, 'command-roles')) {
    const [verb = '', role = ''] = line.split('=').map((one) => one.trim());
    const known = ROLES.find((one) => one === role);
    if (!isVerb(read, 'command-roles', verb)) continue;
    if (known === undefined)
      read.fault('command-roles', `has \`${role.slice(0, 40)}\`: the roles are ${ROLES.join(', ')}`);
    else roles.set(verb, known);
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

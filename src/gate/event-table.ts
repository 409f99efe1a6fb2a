/** Which event does what. Everything that is not in this table is ignored; `docs/security.md` has the same table. */

/**
 * `deploy`: carries out the inputs. `plan`: shows what would happen, or ships the pull request's preview.
 * `remove-preview`: removes that preview. `answer`: reads a command. `ignore`: nothing.
 */
export type EventEffect = 'deploy' | 'plan' | 'remove-preview' | 'answer' | 'ignore';

export interface EventRule {
  readonly event: string;
  /** Activity types; `none`: the event has none, `any`: the sender chooses it. */
  readonly actions: readonly string[] | 'none' | 'any';
  readonly effect: Exclude<EventEffect, 'ignore'>;
  /** One sentence for people. */
  readonly why: string;
}

const CHANGED = ['opened', 'synchronize', 'reopened', 'ready_for_review', 'edited', 'labeled', 'unlabeled'] as const;

export const EVENT_TABLE: readonly EventRule[] = [
  { event: 'push', actions: 'none', effect: 'deploy', why: 'a commit reached a branch or a tag' },
  { event: 'workflow_dispatch', actions: 'none', effect: 'deploy', why: 'a person started the workflow' },
  { event: 'schedule', actions: 'none', effect: 'deploy', why: 'the default branch has a timer' },
  {
    event: 'release',
    actions: ['published', 'released', 'prereleased'],
    effect: 'deploy',
    why: 'a person with write access published a release',
  },
  {
    event: 'repository_dispatch',
    actions: 'any',
    effect: 'deploy',
    why: 'a system with a token for contents sent it; it may choose a model of `allow-models` only',
  },
  { event: 'pull_request', actions: CHANGED, effect: 'plan', why: 'what the pull request would change is shown' },
  { event: 'pull_request', actions: ['closed'], effect: 'remove-preview', why: 'its preview is needed no more' },
  { event: 'pull_request_target', actions: CHANGED, effect: 'plan', why: 'as `pull_request`' },
  { event: 'pull_request_target', actions: ['closed'], effect: 'remove-preview', why: 'as `pull_request`' },
  { event: 'merge_group', actions: ['checks_requested'], effect: 'plan', why: 'the plan must still hold' },
  { event: 'issue_comment', actions: ['created'], effect: 'answer', why: 'a person may have given a command' },
];

/** Events whose rows cannot be extended: they combine secrets with what other people wrote. */
const FIXED: readonly string[] = ['issue_comment', 'pull_request', 'pull_request_target'];

export interface EventName {
  readonly name: string;
  /** Undefined where the payload has none. */
  readonly action: string | undefined;
}

export interface EventVerdict {
  readonly effect: EventEffect;
  /** Did the input `allow-events` decide, and not the table? */
  readonly isOptIn: boolean;
  readonly why: string;
}

/** @param allowed entries of `allow-events`: `name` or `name.action` */
export function effectOf({ name, action }: EventName, allowed: readonly string[]): EventVerdict {
  const rules = EVENT_TABLE.filter(({ event }) => event === name);
  const rule = rules.find(({ actions }) => {
    if (actions === 'any') return true;
    return actions === 'none' ? action === undefined : action !== undefined && actions.includes(action);
  });
  if (rule !== undefined) return { effect: rule.effect, isOptIn: false, why: rule.why };
  const full = action === undefined ? name : `${name}.${action}`;
  const isAllowed = !FIXED.includes(name) && (allowed.includes(name) || allowed.includes(full));
  if (isAllowed) return { effect: 'deploy', isOptIn: true, why: `\`allow-events\` has ${full}` };
  const why = FIXED.includes(name)
    ? `the event ${full} changes nothing that this action looks at`
    : `the event ${full} is not in the table of events that deploy; the input \`allow-events\` can add it`;
  return { effect: 'ignore', isOptIn: false, why };
}

/** Why an entry of `allow-events` is of no use; undefined when it is. */
export function eventFault(entry: string): string | undefined {
  const [, name = '', action] = /^([a-z_]{1,60})(?:\.([a-z_]{1,60}))?$/.exec(entry) ?? [];
  if (name === '') return 'is no event: write `workflow_run`, or with an activity type `workflow_run.completed`';
  if (FIXED.includes(name)) return `has \`${name}\`, whose rules are fixed: see docs/security.md`;
  const { effect } = effectOf({ name, action }, []);
  return effect === 'ignore' ? undefined : `has \`${entry}\`, which is in the table of events already`;
}

import { messageOf, UserError } from '../../base/errors.ts';
import { nearestWord } from '../../base/nearest-word.ts';
import { nameInUri } from '../../seldon/naming.ts';
import { quoted } from '../../settings/input-reader.ts';
import type { InputName } from '../../settings/inputs.ts';
import { isMeantFor, readModeName } from '../../settings/rollout-inputs.ts';
import { changes, isEmergency, type Refusal } from '../admission.ts';
import { objectRefusal } from '../admission-rules.ts';
import type { Reaction } from '../collaboration.ts';
import { type Command, helpOf, inputsOf, parseCommand } from '../command.ts';
import type { Comment } from '../event.ts';
import { end, type GateDecision, type GateRequest, previewOf, proceed, refuse } from '../gate-decision.ts';
import { targetsAfterMerge } from '../merge/targets-after-merge.ts';
import { confirmCommand, openGate, policyOf } from '../pull-request-gate.ts';
import { readTargetInputs } from '../read-target-inputs.ts';
import { inputsOfStep, isPreview, type RunInputs, runInputsOf, type TargetInputs } from '../run-inputs.ts';
import { ALL, listOfNames } from '../targets.ts';

/** Turns a comment into runs, or into a refusal with its cause. */
export async function admitCommand(request: GateRequest, comment: Comment): Promise<GateDecision> {
  const { raw, prefix, repository, actor } = request;
  if (repository === undefined) {
    const what = 'a comment contains a command, but without `github-token` its author cannot be checked';
    throw new UserError('bad-input', what, { hint: 'set `github-token`, or use the default of the input' });
  }
  await react(request, comment, 'eyes');
  const said = parseCommand(comment.body, prefix);
  const question = { author: comment.author, actor, pullRequest: comment.pullRequest };
  const gate = await openGate(repository, question);
  const { head, base } = gate.pullRequest;
  // Only who may use commands at all is told more: others would make us talk, and read.
  const isUnclear = 'fault' in said || said.target !== undefined || raw.input('config').trim() !== '';
  const early = isUnclear ? await gate.judge(runInputsOf(inputsOfStep(raw), new Map()), HELP) : undefined;
  if (early !== undefined) return refuse(early);
  if ('fault' in said) return end('refused', 'command-unknown', said.fault, `comment \`${prefix} help\``);
  const ref = `heads/${base}`;
  const inBase = await readTargetInputs(request, ref);
  const isPlan = said.verb === 'plan' && gate.pullRequest.isOpen;
  const candidate = { commit: isPlan ? head : '', isTrusted: false };
  const { places, unplanned } = await targetsAfterMerge(request, { places: inBase, base: ref }, candidate);
  const command = withTarget(said, places);
  if (command.verb === 'help') {
    const refusal = await gate.judge(runInputsOf(inputsOfStep(raw), new Map()), command);
    return refusal === undefined ? help(prefix, places) : refuse(refusal);
  }
  const isMeant = byName(listOfNames(command.target ?? ''));
  const left = unplanned.filter((one) => (command.target ?? ALL) === ALL || isMeant(one));
  const picked =
    left.length > 0 && places.every((one) => !isMeant(one)) && command.target !== undefined
      ? []
      : pickPlaces(places, command);
  if ('reason' in picked) return refuse(picked);
  const { isInBase } = gate.pullRequest;
  const mergedPullRequest = isInBase === undefined || isEmergency(command.verb) ? undefined : comment.pullRequest;
  const orders: RunInputs[] = [];
  for (const place of picked) {
    const order = { ...commandedOrder(place, command, comment), mergedPullRequest };
    const refusal = await gate.judge(order, command);
    if (refusal !== undefined) return refuse(told(refusal, place));
    orders.push(order);
  }
  const confirm = () => confirmCommand(repository, { ...question, head }, { orders, command });
  return proceed(orders, { pull: gate.pullRequest, confirm, unplanned: left });
}

const HELP: Command = { verb: 'help', model: undefined, target: undefined, args: new Map() };

/** The inputs of the command, merged over those of the pull request's preview. */
function commandedOrder(place: TargetInputs, command: Command, { pullRequest }: Comment): RunInputs {
  const preview = isPreview(place) ? previewOf(place, pullRequest) : new Map<InputName, string>();
  const chosen = new Map([...preview, ...inputsOf(command)]);
  const given = (name: InputName) => preview.get(name) ?? place.raw.input(name);
  const { names, requirePlan } = policyOf(place.raw);
  const judgeName = (name: string) => objectRefusal(name, { given, chosen, names });
  chosen.set('pull-request', String(pullRequest));
  // A command without a model is about the object that the workflow's model has.
  const mode = readModeName(chosen.get('mode') ?? given('mode'));
  const named = nameInUri(given('model-uri').trim());
  const isNamed = (chosen.get('name') ?? given('name')).trim() !== '';
  if (mode !== undefined && !isMeantFor('model-uri', mode) && !isNamed && named !== undefined)
    chosen.set('name', named);
  return { ...runInputsOf(place, chosen), given, judgeName, needsPlan: requirePlan };
}

/** The first word of a lock's reason is a target where there is one of that name. */
function withTarget(command: Command, places: readonly TargetInputs[]): Command {
  const [first = '', ...rest] = (command.reason ?? '').split(' ');
  const wanted = listOfNames(first);
  const isTarget = wanted.length > 0 && wanted.every((name) => name === ALL || places.some(byName([name])));
  if (command.reason === undefined || !isTarget || places.every(({ target }) => target === undefined)) return command;
  return { ...command, target: first, reason: rest.join(' ').trim() || 'no reason given' };
}

/** The targets that a command is about. Who changes something says which, where there are several. */
function pickPlaces(
  places: readonly TargetInputs[],
  { verb, target, args }: Command,
): readonly TargetInputs[] | Refusal {
  const names = places.flatMap((place) => place.target ?? []);
  const wanted = listOfNames(target ?? '');
  const unknown = wanted.find((name) => name !== ALL && !names.includes(name));
  if (unknown !== undefined) {
    const near = nearestWord(unknown, names);
    const sentence =
      names.length === 0
        ? `${quoted(unknown)} is not a model URI, and this workflow has no file of targets`
        : `there is no target ${quoted(unknown)}${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
    const cure =
      names.length === 0 ? 'write a model URI such as `models:/wine/7`' : `the targets are ${names.join(', ')}`;
    return { reason: 'target-unknown', sentence, cure };
  }
  const picked = wanted.length === 0 || wanted.includes(ALL) ? places : places.filter(byName(wanted));
  if (wanted.length === 0 && picked.length > 1 && changes(verb)) {
    const cure = `for example \`${verb} ${names[0]}\`; the targets are ${names.join(', ')}, and \`${ALL}\``;
    return { reason: 'target-missing', sentence: `\`${verb}\` does not name a target`, cure };
  }
  if (picked.length > 1 && args.has('plan')) {
    const sentence = 'a plan is for one target, but this command names several';
    return { reason: 'argument-not-allowed', sentence, cure: 'write one command for each target' };
  }
  return picked;
}

function byName(wanted: readonly string[]): (place: Pick<TargetInputs, 'target'>) => boolean {
  return ({ target }) => target !== undefined && wanted.includes(target);
}

function told(refusal: Refusal, { target }: TargetInputs): Refusal {
  return target === undefined ? refusal : { ...refusal, sentence: `target \`${target}\`: ${refusal.sentence}` };
}

function help(prefix: string, places: readonly TargetInputs[]): GateDecision {
  const lines = helpOf(
    prefix,
    places.flatMap(({ target }) => target ?? []),
  );
  return end('reported', 'help', 'commands, on the first line of a comment', `\n\n${lines}`);
}

/** Adds a reaction with the outcome to the comment. */
export async function reactToOutcome(request: GateRequest, isWell: boolean): Promise<void> {
  const { trigger } = request;
  if (trigger.kind === 'comment') await react(request, trigger.comment, isWell ? 'rocket' : '-1');
}

/** Best effort: a failed reaction does not stop the run. */
async function react(
  { repository, runner }: Pick<GateRequest, 'repository' | 'runner'>,
  comment: Comment,
  reaction: Reaction,
): Promise<void> {
  try {
    await repository?.react(comment.id, reaction);
  } catch (error) {
    runner.info(`the reaction to the comment failed: ${messageOf(error)}`);
  }
}

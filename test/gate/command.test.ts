import { describe, expect, it } from 'vitest';
import { type Command, helpOf, inputsOf, parseCommand, VERBS } from '../../src/gate/command.ts';

function read(body: string): Command {
  const command = parseCommand(body, '/seldon');
  if ('fault' in command) throw new Error(command.fault);
  return command;
}

describe('a command', () => {
  it.each([
    ['/seldon deploy', {}],
    ['/seldon deploy wine-prod', {}],
    ['/seldon deploy models:/wine@champion', { 'model-uri': 'models:/wine@champion' }],
    [
      '/seldon canary "models:/red wine/7" traffic=20',
      { mode: 'canary', 'model-uri': 'models:/red wine/7', traffic: '20' },
    ],
    ["/seldon ab models:/wine/7 predictor='b'", { mode: 'ab', 'model-uri': 'models:/wine/7', predictor: 'b' }],
    ['/seldon plan mode=shadow models:/wine/7', { mode: 'shadow', 'model-uri': 'models:/wine/7', 'dry-run': 'true' }],
    ['/seldon promote predictor=b', { mode: 'promote', 'model-uri': '', predictor: 'b' }],
    ['/seldon rollback to=v3\nthanks', { mode: 'rollback', 'model-uri': '', to: 'v3' }],
    ['/seldon   status  ', { mode: 'status', 'model-uri': '' }],
  ])('%j chooses %j', (body, inputs) => {
    expect(Object.fromEntries(inputsOf(read(body)))).toEqual(inputs);
  });

  it.each([
    ['/seldon deploy a b', 'is unexpected: a command has one model URI'],
    ['/seldon promote models:/wine/7', 'reads its model from the cluster'],
    ['/seldon deploy traffic=5', '`traffic` is not a valid argument of `deploy`'],
    ['/seldon status traffic=5', 'there are `name`, `namespace`'],
    ['/seldon help me=1', 'it has none'],
    ['/seldon deploy "a', 'is not closed'],
    ['/seldon roll', '`roll` is not a valid command'],
    ['/seldon remove', 'start a workflow with `mode: remove`'],
    ['/seldon direct models:/wine/7', 'its command is `/seldon deploy`'],
  ])('%j is refused: %s', (body, sentence) => {
    expect(parseCommand(body, '/seldon')).toMatchObject({ fault: expect.stringContaining(sentence) });
  });

  it('alone gives the help, which has a line for each', () => {
    expect(read('/seldon').verb).toBe('help');
    expect(helpOf('/seldon').split('\n')).toHaveLength(VERBS.length);
  });
});

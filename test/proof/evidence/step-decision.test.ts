import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/proof/evidence/judge.ts';
import { decideStep, type StepDecision, type StepRule } from '../../../src/proof/evidence/step-decision.ts';

const AUTO: StepRule = { policy: 'auto', noData: 'fail', interval: 60, limit: 600, speaksAgainst: false };
const STRICT: StepRule = { ...AUTO, policy: 'strict' };

describe('a step', () => {
  it.each<[string, readonly Answer[], number, StepRule, StepDecision]>([
    ['lasts as long as planned, though all is good', ['good', 'good'], 59, AUTO, 'hold'],
    ['ends at once when one answer is worse', ['good', 'worse'], 1, AUTO, 'worse'],
    ['ends at once when one answer is worse and another has no data', ['no-data', 'worse'], 1, AUTO, 'worse'],
    ['goes on when nothing speaks against it', ['open', 'good'], 60, AUTO, 'advance'],
    ['is held while the figures speak against it', ['open', 'good'], 60, { ...AUTO, speaksAgainst: true }, 'hold'],
    [
      'returns when they speak against it for too long',
      ['open', 'good'],
      600,
      { ...AUTO, speaksAgainst: true },
      'undecided',
    ],
    ['returns when nobody was asked', ['no-data', 'open'], 60, AUTO, 'no-data'],
    ['goes on when nobody was asked and that is allowed', ['no-data'], 60, { ...AUTO, noData: 'pass' }, 'advance'],
    ['is held by strict while open', ['open', 'good'], 60, STRICT, 'hold'],
    ['is held by strict while nobody was asked', ['no-data'], 60, STRICT, 'hold'],
    ['goes on by strict when all is good', ['good', 'good'], 60, STRICT, 'advance'],
    ['returns by strict when it is open for too long', ['open', 'good'], 600, STRICT, 'undecided'],
    ['returns by strict when nobody was asked for too long', ['no-data', 'open'], 600, STRICT, 'no-data'],
    [
      'goes on by strict without data where that is allowed',
      ['no-data', 'good'],
      600,
      { ...STRICT, noData: 'pass' },
      'advance',
    ],
    [
      'is not let go by strict with an open answer beside',
      ['no-data', 'open'],
      600,
      { ...STRICT, noData: 'pass' },
      'no-data',
    ],
  ])('%s', (_, answers, elapsed, rule, decision) => {
    expect(decideStep(answers, elapsed, rule)).toBe(decision);
  });
});

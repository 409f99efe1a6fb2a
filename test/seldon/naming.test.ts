import { describe, expect, it } from 'vitest';
import { checkedNodeName, deploymentName } from '../../src/seldon/naming.ts';

describe('the name of the SeldonDeployment', () => {
  it.each([
    ['Wine Quality (v2)', 'wine-quality-v2'],
    ['dots.and_under~scores(1)', 'dots-and-under-scores-1'],
    ['Crème brûlée', 'creme-brulee'],
    ['x'.repeat(80), 'x'.repeat(63)],
  ])('is made from the registered model %s', (model, name) => {
    expect(deploymentName(undefined, model)).toBe(name);
  });

  it.each(['модель-🍷🍷', undefined])('must be given when %s leaves nothing to make one from', (model) => {
    const made = () => deploymentName(undefined, model === undefined ? undefined : '🍷');
    expect(made).toThrow(expect.objectContaining({ code: 'bad-input', hint: expect.stringContaining('`name`') }));
  });

  it.each(['Wine', 'wine_1', '-wine', 'wine.', '', 'w'.repeat(64)])('refuses %j', (name) => {
    expect(() => deploymentName(name, undefined)).toThrow(expect.objectContaining({ code: 'bad-input' }));
  });
});

it('keeps a node name short enough for the label key Seldon makes of it', () => {
  expect(checkedNodeName('n'.repeat(48))).toHaveLength(48);
  expect(() => checkedNodeName('n'.repeat(49))).toThrow('graph node name');
});

import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import { truthy } from '@actions/expressions/result';

/** What an expression may name: `github`, `inputs` and so on. Another name, or an unknown function, throws. */
export type Contexts = Readonly<Record<string, unknown>>;

/** Of a job or step before which nothing failed and nobody cancelled. */
const STATUS = new Map(
  Object.entries({ success: true, always: true, failure: false, cancelled: false }).map(([name, value]) => [
    name,
    { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) },
  ]),
);

function evaluate(expression: string, contexts: Contexts): data.ExpressionData {
  const { tokens } = new Lexer(expression).lex();
  const tree = new Parser(tokens, Object.keys(contexts), [...STATUS.values()]).parse();
  const known: data.Dictionary = JSON.parse(JSON.stringify(contexts), data.reviver);
  return new Evaluator(tree, known, STATUS).evaluate();
}

/** What an `if:` comes to. It is an expression, with or without its braces. */
export function isMet(condition: string, contexts: Contexts): boolean {
  const [, inner = condition] = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition) ?? [];
  // Text beside braces makes a text of all of it, and a text is always true.
  if (inner.includes('${{')) throw new Error(`\`if: ${condition}\` is true whatever happens`);
  return truthy(evaluate(inner, contexts));
}

/** A text of a workflow, with what stands in its braces evaluated. */
export function filledIn(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, inner: string) => evaluate(inner, contexts).coerceString());
}

import { messageOf, UserError, type UserErrorCode } from '../base/errors.ts';
import { nearestWord } from '../base/nearest-word.ts';
import { withoutTrailing } from '../base/trailing.ts';
import { isLabel, isSubdomain } from '../seldon/naming.ts';
import type { InputName } from './inputs.ts';

/** The sources of a run's settings: the step's inputs, with their defaults, and the environment. */
export interface RawInputs {
  input(name: InputName): string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Origin of the values, in words; undefined: only the step. */
  readonly origin?: string;
}

interface Fault {
  readonly sentence: string;
  readonly code: UserErrorCode;
}

/** Reads inputs into values and collects all errors, so that one message reports them together. */
export class InputReader {
  readonly #faults: Fault[] = [];
  readonly #raw: RawInputs;

  constructor(raw: RawInputs) {
    this.#raw = raw;
  }

  get hasFaults(): boolean {
    return this.#faults.length > 0;
  }

  /** @param words the text after the input's name, such as `is required` */
  fault(name: InputName, words: string, code: UserErrorCode = 'bad-input'): undefined {
    const sentence = `\`${name}\` ${words}`;
    // An input may be read for several settings.
    if (this.#faults.every((one) => one.sentence !== sentence)) this.#faults.push({ sentence, code });
    return undefined;
  }

  /** Records the error of a parser, with its cure. */
  attempt(name: InputName, parse: () => unknown): void {
    try {
      parse();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const sentence = error.message.replace(new RegExp(`^Input ${name}(?=[ ,])`), '').replace(/^[ ,]+/, '');
      this.fault(name, `cannot be read: ${sentence}${error.hint === undefined ? '' : `; ${error.hint}`}`);
    }
  }

  /** @throws UserError with all errors; a single error keeps its own code */
  end(): void {
    const [first, ...more] = this.#faults;
    if (first === undefined) return;
    const { origin } = this.#raw;
    const hint = `correct ${origin === undefined ? '' : `${origin}, or `}the \`with:\` of this step; no request was sent and nothing was changed`;
    const where = origin === undefined ? '' : `${origin}: `;
    if (more.length === 0) throw new UserError(first.code, `${where}the input ${first.sentence}`, { hint });
    const list = this.#faults.map(({ sentence }) => `- ${sentence}`).join('\n');
    throw new UserError('bad-input', `${where}${this.#faults.length} inputs are invalid:\n${list}`, { hint });
  }

  /** Undefined if empty; otherwise trimmed. */
  text(name: InputName, variable?: string): string | undefined {
    const value = this.#raw.input(name).trim();
    if (value !== '') return value;
    return (variable === undefined ? undefined : this.#raw.env[variable]?.trim()) || undefined;
  }

  required(name: InputName): string {
    const value = this.text(name);
    if (value === undefined) this.fault(name, 'is required');
    return value ?? '';
  }

  oneOf<const Choice extends string>(name: InputName, choices: readonly [Choice, ...Choice[]]): Choice {
    const given = this.text(name) ?? choices[0];
    const found = choices.find((choice) => choice === given);
    if (found !== undefined) return found;
    const near = nearestWord(given, choices);
    const allowed = choices.map((choice) => `\`${choice}\``).join(' or ');
    this.fault(
      name,
      `is ${quoted(given)}, but must be ${allowed}${near === undefined ? '' : `; did you mean \`${near}\`?`}`,
    );
    return choices[0];
  }

  flag(name: InputName, fallback: boolean): boolean {
    const said = this.text(name);
    if (said === undefined) return fallback;
    const given = said.toLowerCase();
    if (given !== 'true' && given !== 'false') {
      const meant = SAID[given];
      const near = meant === undefined ? '' : `; did you mean \`${meant}\`?`;
      this.fault(name, `is ${quoted(said)}, but must be \`true\` or \`false\`${near}`);
    }
    return given === 'true';
  }

  /** @param isPercent `30%` is 30, too */
  count(
    name: InputName,
    { least, most, isPercent = false }: { readonly least: number; readonly most: number; readonly isPercent?: boolean },
  ): number | undefined {
    const said = this.text(name);
    if (said === undefined) return undefined;
    const given = isPercent && said.endsWith('%') ? said.slice(0, -1).trimEnd() : said;
    const value = Number(given);
    if (/^\d+$/.test(given) && value >= least && value <= most) return value;
    return this.fault(name, `is ${quoted(said)}, but must be a whole number from ${least} to ${most}`);
  }

  /** @param such an example; a share may also be written in percent */
  number(
    name: InputName,
    { least, most, such }: { readonly least: number; readonly most: number; readonly such?: string },
  ): number | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const [, plain, percent] = /^(\d+(?:\.\d+)?|\.\d+)(\s*%)?$/.exec(given) ?? [];
    const value = Number(plain) / (percent === undefined ? 1 : 100);
    const isWritten = percent === undefined || such === undefined;
    if (isWritten && value >= least && value <= most) return value;
    const example = such === undefined ? 'or such as `5%`' : `such as \`${such}\``;
    return this.fault(name, `is ${quoted(given)}, but must be a number from ${least} to ${most}, ${example}`);
  }

  /** Seconds, from `900`, `15m` or `1h`. */
  seconds(name: InputName, { least = 10 }: { readonly least?: number } = {}): number | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const [, amount, unit = 's'] = /^(\d+)\s*([smh]?)$/.exec(given) ?? [];
    const value = Number(amount) * { s: 1, m: 60, h: 3600, '': 1 }[unit as 's' | 'm' | 'h' | ''];
    if (value >= least && value <= 21_600) return value;
    return this.fault(name, `is ${quoted(given)}, but must be ${least} s to 6 h, such as \`900\`, \`15m\` or \`1h\``);
  }

  /** An RFC 1123 label: a valid Kubernetes name. */
  label(name: InputName): string | undefined {
    const given = this.text(name);
    if (given === undefined || isLabel(given)) return given;
    return this.fault(name, `is ${quoted(given)}, but must be at most 63 lower-case letters, digits and dashes`);
  }

  /** An RFC 1123 subdomain: the name of a Secret or ServiceAccount. */
  objectName(name: InputName): string | undefined {
    const given = this.text(name);
    if (given === undefined || isSubdomain(given)) return given;
    return this.fault(name, `is ${quoted(given)}, but must be the name of an object in Kubernetes`);
  }

  json(name: InputName): void {
    try {
      JSON.parse(this.text(name) ?? '');
    } catch (error) {
      this.fault(name, `is not JSON: ${messageOf(error)}; write one JSON text, or the path of a file with it`);
    }
  }

  /** An absolute http(s) URL without query and credentials, without a slash at the end. */
  webUrl(name: InputName): string | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const url = URL.canParse(given) ? new URL(given) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      return this.fault(
        name,
        `${shownUrl(given)}must be a URL that starts with https:// or http://, such as \`${meantUrl(given)}\``,
      );
    }
    if (url.username !== '' || url.password !== '') return this.fault(name, 'must not contain a user or password');
    if (url.search !== '' || url.hash !== '') return this.fault(name, 'must not contain a query or fragment');
    return withoutTrailing(given, '/');
  }

  /** The address of the gateway. Seldon's own part of the path, from `/seldon` on, is not written with it. */
  gatewayUrl(name: InputName): string | undefined {
    const given = this.webUrl(name);
    const [front] = given?.split(/\/seldon(?=\/|$)/) ?? [];
    const [origin] = given?.split(/\/(?:api\/v\d|v2\/models)(?=[./]|$)/) ?? [];
    if (given !== undefined && origin !== given && front === given)
      return this.fault(name, `must not hold the path of a prediction, which is added: give \`${origin}\``);
    if (given === undefined || front === given) return given;
    return this.fault(name, `must not hold the path from \`/seldon\` on, which is added: give \`${front}\``);
  }
}

/** What people write for `true` and `false`. */
const SAID: Readonly<Record<string, string>> = {
  yes: 'true',
  y: 'true',
  on: 'true',
  '1': 'true',
  no: 'false',
  n: 'false',
  off: 'false',
  '0': 'false',
};

/** A URL may hold a password. */
function shownUrl(given: string): string {
  return given.includes('@') ? '' : `is ${quoted(given)}, but `;
}

function meantUrl(given: string): string {
  return /^[\w-]+(?:\.[\w-]+)+(?::\d{1,5})?(?:\/[\w./-]*)?$/.test(given)
    ? `https://${given}`
    : 'https://models.example.com';
}

/** Maximum number of characters of a value in a message. */
export const LONGEST_QUOTED = 30;

/** A given value on one line, shortened, because it may be a secret in the wrong input. */
export function quoted(value: string): string {
  const line = value.replace(/\s+/g, ' ').replaceAll('`', "'");
  return `\`${line.length > LONGEST_QUOTED ? `${line.slice(0, LONGEST_QUOTED)}…` : line}\``;
}

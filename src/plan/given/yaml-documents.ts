import { boolYaml11Tag, CORE_SCHEMA, intYaml11Tag, loadAll, mergeTag, NOT_RESOLVED } from 'js-yaml';
import { UserError } from '../../base/errors.ts';
import { exceeds } from '../../base/json/bounded-tree.ts';

/** `22:30` is a number of base 60 in YAML 1.1, and a text for kubectl. */
const INTEGERS: typeof intYaml11Tag = {
  ...intYaml11Tag,
  resolve: (source, ...rest) => (source.includes(':') ? NOT_RESOLVED : intYaml11Tag.resolve(source, ...rest)),
};

/** Octal numbers, `yes` and merge keys have the same meaning as in kubectl, Argo CD and Flux. */
const SCHEMA = CORE_SCHEMA.withTags(INTEGERS, boolYaml11Tag, mergeTag);

/** Characters of a file. One of our annotations repeats the manifest, and all of them may have 256 KiB. */
const LONGEST = 500_000;
/** The same with all aliases written out. */
const BOUND = { size: 1_500_000 };
const MOST_DOCUMENTS = 200;
const MOST_ALIASES = 1000;

/** A value of Helm, in quotes or not. */
const TEMPLATE = /\{\{-?\s{0,20}\.(?:Values|Release|Chart|Capabilities)\b/;

/**
 * The YAML documents of a file, or its JSON. Empty documents are left out.
 * @param where the file and the input that names it
 * @throws UserError manifest-invalid
 */
export function yamlDocuments(text: string, where: string): readonly unknown[] {
  if (text.length > LONGEST)
    throw invalid(`${where} has more than ${LONGEST} characters`, 'keep only the manifest in it');
  if (TEMPLATE.test(text)) throw template(where);
  if ((text.match(/^---/gm) ?? []).length > MOST_DOCUMENTS)
    throw invalid(
      `${where} contains more than ${MOST_DOCUMENTS} YAML documents`,
      'put the SeldonDeployment into its own file',
    );
  const documents = parsed(text, where).filter((one) => one !== null && one !== undefined);
  if (!exceeds(documents, BOUND)) return documents;
  throw invalid(
    `${where} is too large or too deep with its aliases written out`,
    'write the values out instead of `*alias`',
  );
}

function parsed(text: string, where: string): readonly unknown[] {
  try {
    // JSON may be indented with tabs, which YAML does not allow.
    if (/^\s{0,1000}\{/.test(text)) return [JSON.parse(text)];
  } catch {
    // A flow mapping of YAML begins the same way.
  }
  try {
    return loadAll(text, { schema: SCHEMA, maxAliases: MOST_ALIASES });
  } catch (cause) {
    if (text.includes('{{')) throw template(where);
    const why = cause instanceof Error ? cause.message.split('\n')[0] : '';
    throw new UserError('manifest-invalid', `${where} is not YAML: ${why}`, {
      hint: 'correct the line that it names',
      cause,
    });
  }
}

/** The refusal of a text with actions in double braces. */
export function template(where: string): UserError {
  return invalid(
    `${where} is a template, not a manifest: it has \`{{ … }}\``,
    'render it first in a step before this one, for example `helm template … > manifest.yaml`, and name the result',
  );
}

/** A file that cannot be used as a manifest. */
export function invalid(message: string, hint: string): UserError {
  return new UserError('manifest-invalid', message, { hint });
}

import type { InputName } from '../settings/inputs.ts';
import type { TargetInputs } from './run-inputs.ts';

/** Name and namespace of the SeldonDeployment in a base manifest. */
export interface ManifestNames {
  readonly name?: string;
  readonly namespace?: string;
}

/**
 * A target with the name and namespace of its base manifest where its inputs are silent. The file is read before anything
 * else needs the name: a command such as `abort` or `promote` reads no manifest later.
 * @throws UserError if the name is needed and the file cannot be read
 */
export async function namedByManifest(
  place: TargetInputs,
  readNames: (path: string) => Promise<ManifestNames>,
): Promise<TargetInputs> {
  const { raw } = place;
  const isSilent = (name: InputName) => raw.input(name).trim() === '';
  if (isSilent('manifest') || (!isSilent('name') && !isSilent('namespace'))) return place;
  const names = await readNames(raw.input('manifest').trim()).catch((error: unknown) => {
    // With a name by input, the modes that read no manifest need nothing of the file. The others report it later.
    if (isSilent('name')) throw error;
    return {};
  });
  const given = new Map<InputName, string>(Object.entries(names) as [InputName, string][]);
  const input = (name: InputName) => (isSilent(name) ? (given.get(name) ?? raw.input(name)) : raw.input(name));
  return { ...place, raw: { ...raw, input } };
}

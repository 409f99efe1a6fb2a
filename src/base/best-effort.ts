/** What a question answers, or undefined where it fails: for what is useful and not needed. */
export async function bestEffort<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch {
    return undefined;
  }
}

import type { Runner } from '../../src/base/ports.ts';

/** Remembers what a person would have read, and what a later step could use. */
export class FakeRunner implements Runner {
  readonly lines: string[] = [];
  readonly outputs: Record<string, string> = {};
  readonly secrets: string[] = [];

  readonly state: Record<string, string> = {};

  readonly info = (message: string): void => void this.lines.push(message);
  readonly warning = (message: string): void => void this.lines.push(`Warning: ${message}`);
  readonly error = (message: string): void => void this.lines.push(`Error: ${message}`);
  readonly startGroup = (name: string): void => void this.lines.push(`▾ ${name}`);
  readonly endGroup = (): void => {};
  readonly setOutput = (name: string, value: string): void => void Object.assign(this.outputs, { [name]: value });
  readonly saveState = (name: string, value: string): void => void Object.assign(this.state, { [name]: value });
}

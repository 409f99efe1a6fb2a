import type { Runner } from '../../src/ports.ts';

/** Remembers what a person would have read, and what a later step could use. */
export class FakeRunner implements Runner {
  readonly lines: string[] = [];
  readonly outputs: Record<string, string> = {};
  readonly secrets: string[] = [];

  info(message: string): void {
    this.lines.push(message);
  }
  warning(message: string): void {
    this.lines.push(`Warning: ${message}`);
  }
  error(message: string): void {
    this.lines.push(`Error: ${message}`);
  }
  startGroup(name: string): void {
    this.lines.push(`▾ ${name}`);
  }
  endGroup(): void {}
  setOutput(name: string, value: string): void {
    this.outputs[name] = value;
  }
  readonly state: Record<string, string> = {};
  saveState(name: string, value: string): void {
    this.state[name] = value;
  }
}

import { PassThrough } from "node:stream";
import { command } from "../../src/command.js";

/** Runs the command; returns what it wrote, and its exit code. */
export async function call(
  ...args: readonly (string | number)[]
): Promise<{ out: string; errors: string; code: number }> {
  const out: string[] = [];
  const errors: string[] = [];
  const code = await command(args.map(String), {
    out: (text) => out.push(text),
    error: (text) => errors.push(text),
    stdout: new PassThrough().resume(),
    colored: false,
  });
  return { out: out.join("\n"), errors: errors.join("\n"), code };
}

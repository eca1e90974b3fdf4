/**
 * Runs a program of many checks in one process (see programs/batch.ts), from its output:
 * `{"begins": NAME}`, then `{"ends": NAME, "error": TEXT | null}` for each check, and `{"over": true}`.
 *
 * If the program ends or hangs in a check, that one has failed, and the program is run again for those after
 * it.
 */
import type { Printed, Program, Session } from "./runtime.js";
import type { Outcome } from "./suite.js";

interface Line {
  readonly begins?: string;
  readonly ends?: string;
  readonly error?: string | null;
  readonly skipped?: string;
  readonly over?: true;
}

export async function runBatch(session: Session, { file }: Program): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (;;) {
    const printed = await session.run({ file, args: [String(outcomes.length)] });
    const before = outcomes.length;
    let current: string | undefined;
    let over = false;
    for (const line of linesOf(printed)) {
      if (line.begins !== undefined) current = line.begins;
      if (line.over === true) over = true;
      if (line.ends === undefined) continue;
      outcomes.push(outcomeOf(line.ends, line));
      current = undefined;
    }
    const isWhole = over && printed.exitCode === 0;
    if (isWhole && outcomes.length > 0) return outcomes;
    const name = current ?? (over ? "the program's end" : "the program's start");
    outcomes.push({ name, status: "failed", detail: describe(printed) });
    if (over || (current === undefined && outcomes.length === before + 1)) return outcomes;
  }
}

function linesOf({ stdout }: Printed): Line[] {
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line);
}

function outcomeOf(name: string, { error, skipped }: Line): Outcome {
  if (skipped !== undefined) return { name, status: "skipped", detail: skipped };
  return error == null ? { name, status: "passed" } : { name, status: "failed", detail: error };
}

function describe({ timedOut, exitCode, stderr }: Printed): string {
  return `${timedOut ? "it hangs" : `the program ended with exit code ${exitCode}`}\n${stderr.trim()}`.trim();
}

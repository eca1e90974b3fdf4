/** A program of many checks, run by src/batch.ts. */

/** Returns undefined if all is well, or what is wrong. Throws `Skip` where the runtime can't do it. */
export type Check = () => Promise<string | undefined>;

/** Thrown by a check that does not apply to this runtime. */
export class Skip extends Error {}

/** The time for one check, in milliseconds: only for what hangs. */
const LIMIT = 10_000;

const { programArguments, process } = globalThis as {
  programArguments?: readonly string[];
  process?: NodeJS.Process;
};
const log = console.log.bind(console);
const say = (line: object): void => log(JSON.stringify(line));

/** Runs the checks one after the other, from the number on that is the program's argument. */
export async function runChecks(checks: readonly (readonly [name: string, check: Check])[]): Promise<void> {
  const [first = "0"] = programArguments ?? process?.argv.slice(2) ?? [];
  for (const [name, check] of checks.slice(Number(first))) {
    say({ begins: name });
    try {
      say({ ends: name, error: (await limited(check())) ?? null });
    } catch (error) {
      if (error instanceof Skip) say({ ends: name, skipped: error.message });
      else say({ ends: name, error: error instanceof Error ? String(error.stack ?? error) : String(error) });
    }
  }
  say({ over: true });
}

function limited(result: Promise<string | undefined>): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<string>((resolve) => (timer = setTimeout(resolve, LIMIT, "it hangs")));
  return Promise.race([result, late]).finally(() => clearTimeout(timer));
}

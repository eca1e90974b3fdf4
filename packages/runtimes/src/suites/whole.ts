/**
 * Whole programs, each in a process or page of its own: what they print, and how they end. A program says
 * that itself: `// prints: …` for each line of stdout, `// errors: …` for a word in stderr, `// exits: …` for
 * its exit code. Without the last two, it writes no errors, and exits with 0.
 */
import { readdirSync, readFileSync } from "node:fs";
import pMap from "p-map";
import type { Packed } from "../packed.js";
import { copyPrograms, programsFolder } from "../programs.js";
import { compare, CONCURRENCY, type Expected, type Suite } from "../suite.js";

interface Whole {
  readonly name: string;
  readonly source: string;
  readonly file: string;
}

let written: Promise<readonly Whole[]> | undefined;

export const whole: Suite = {
  name: "programs",
  title: "whole programs end as they must: deadlocks, signals, exit codes",
  async run({ kind }, session, packed) {
    const programs = await (written ??= writeAll(packed));
    return await pMap(
      programs,
      async ({ name, source, file }) =>
        kind === "chromium" && /\bprocess\.|addSignalHandler|DeadlockError/.test(source)
          ? { name, status: "skipped", detail: "it needs what only a process has" }
          : compare(name, await session.run({ file }), expectedOf(source)),
      CONCURRENCY,
    );
  },
};

async function writeAll(packed: Packed): Promise<Whole[]> {
  await copyPrograms(packed, packed.real, ["console"]);
  return await pMap(readdirSync(new URL("whole/", programsFolder)), async (name) => {
    const source = readFileSync(new URL(`whole/${name}`, programsFolder), "utf8");
    const path = `whole/${name.replace(/\.ts$/, ".js")}`;
    return { name, source, file: await packed.write(packed.real, path, `import "../console.js";\n${source}`) };
  });
}

/** Reads what a program must do from its comments. */
function expectedOf(source: string): Expected {
  const all = (what: string): string[] =>
    Array.from(source.matchAll(RegExp(`^// ${what}: (.*)$`, "gm")), ([, text = ""]) => text);
  const [errors] = all("errors");
  return {
    prints: all("prints")
      .map((line) => `${line}\n`)
      .join(""),
    exitCode: Number(all("exits")[0] ?? 0),
    ...(errors !== undefined && { errors: RegExp(errors) }),
  };
}

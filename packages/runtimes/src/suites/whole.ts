/**
 * Whole programs, each in a process or page of its own: what they print, and how they end. A program says
 * that itself: `// prints: …` for each line of stdout, `// errors: …` for a pattern of stderr, `// exits: …`
 * for its exit code. Without the last two, it writes no errors, and exits with 0. `// errors on deno: …` is the
 * pattern for one runtime, `// skip on bun, deno: …` gives a reason, and `// options of node: …` options of a
 * runtime.
 */
import { readdirSync, readFileSync } from "node:fs";
import pMap from "p-map";
import type { Packed } from "../packed.js";
import { copyPrograms, programsFolder } from "../programs.js";
import type { Kind, Session } from "../runtime.js";
import { compare, CONCURRENCY, type Expected, type Outcome, type Suite } from "../suite.js";

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
    return await pMap(programs, (program) => runProgram(program, kind, session), CONCURRENCY);
  },
};

async function runProgram({ name, source, file }: Whole, kind: Kind, session: Session): Promise<Outcome> {
  for (const [, runtimes = "", reason = ""] of source.matchAll(/^\/\/ skip on (.*?): (.*)$/gm)) {
    if (runtimes.split(", ").includes(kind)) return { name, status: "skipped", detail: reason };
  }
  if (kind === "chromium" && /\bprocess\./.test(source)) {
    return { name, status: "skipped", detail: "it needs what only a process has" };
  }
  const options = commentsOf(source, `options of ${kind}`).flatMap((line) => line.split(" "));
  return compare(name, await session.run({ file, options }), expectedOf(source, kind));
}

async function writeAll(packed: Packed): Promise<Whole[]> {
  await copyPrograms(packed, packed.real, ["console"]);
  return await pMap(readdirSync(new URL("whole/", programsFolder)), async (name) => {
    const source = readFileSync(new URL(`whole/${name}`, programsFolder), "utf8");
    const path = `whole/${name.replace(/\.ts$/, ".js")}`;
    return {
      name,
      source,
      file: await packed.write(packed.real, path, `import "../console.js";\n${source}`),
    };
  });
}

/** Reads what a program must do from its comments. */
function expectedOf(source: string, kind: Kind): Expected {
  const [errors] = [...commentsOf(source, `errors on ${kind}`), ...commentsOf(source, "errors")];
  return {
    prints: commentsOf(source, "prints")
      .map((line) => `${line}\n`)
      .join(""),
    exitCode: Number(commentsOf(source, "exits")[0] ?? 0),
    ...(errors !== undefined && { errors: RegExp(errors) }),
  };
}

/** Returns what stands in the comments that begin like this. */
function commentsOf(source: string, what: string): string[] {
  return Array.from(source.matchAll(RegExp(`^// ${what}: (.*)$`, "gm")), ([, text = ""]) => text);
}

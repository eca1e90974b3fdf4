/** The programs of the documentation: each prints in each runtime what it says. */
import { type Example, findExamples, read, runsOnVirtualTime } from "@asyncio-ts/documentation";
import pMap from "p-map";
import type { Packed } from "../packed.js";
import { copyPrograms } from "../programs.js";
import type { Runtime, Session } from "../runtime.js";
import { compare, CONCURRENCY, type Outcome, type Suite } from "../suite.js";

const examples = findExamples();
/** The words of a program that no browser can run. */
const needsProcess =
  /"node:|\bprocess\b|Executor|toThread|"\.\/work\.js"|@asyncio-ts\/http|@opentelemetry|createSubprocess|runProcess|startServer|Connection\(/;

/** Limits of runtimes: the beginning of their names, the examples that are skipped there, and the reason. */
const limits: readonly (readonly [runtimes: string, example: RegExp, reason: string])[] = [
  ["chromium", needsProcess, "it needs what only a process has"],
  ["chromium", /the answer is late/, "after a native promise, a browser does not tell the task"],
  [
    "chromium",
    /failed in run \d/,
    "a program with native promises takes other turns there, and so other random orders",
  ],
  ["bun", /@asyncio-ts\/distributed/, "the package is for Node"],
  ["deno", /@asyncio-ts\/distributed/, "the package is for Node"],
  ["bun", /at async /, "Bun's stacks do not lead through an object that is awaited and is no promise"],
  [
    "deno-no-env",
    /ProcessPool|child_process|createSubprocess|runProcess|"ws"/,
    "Deno starts no process, and loads no ws, without its environment",
  ],
  ["deno-no-env", /@opentelemetry/, "OpenTelemetry's SDK reads its settings from the environment"],
  ["deno-no-env", /tmpdir/, "the folder of temporary files is in the environment"],
];

let written: Promise<readonly string[]> | undefined;

export const documentation: Suite = {
  name: "documentation",
  title: "the programs of the documentation print what they say",
  async run(runtime, session, packed) {
    const files = await (written ??= writeExamples(packed));
    return await pMap(
      examples,
      (example, i) => runExample(example, files[i] as string, runtime, session),
      CONCURRENCY,
    );
  },
};

async function runExample(
  example: Example,
  file: string,
  runtime: Runtime,
  session: Session,
): Promise<Outcome> {
  const { name, code, prints } = example;
  const limit = limits.find(([runtimes, needed]) => runtime.name.startsWith(runtimes) && needed.test(code));
  if (limit !== undefined) return { name, status: "skipped", detail: limit[2] };
  return compare(name, await session.run({ file }), { prints });
}

/** Writes all examples; returns their files. */
async function writeExamples(packed: Packed): Promise<string[]> {
  const { real, virtual } = packed;
  for (const folder of [real, virtual]) await copyPrograms(packed, folder, ["console"]);
  for (const module of ["work", "services"]) {
    await packed.write(real, `examples/${module}.js`, read(`packages/documentation/test/${module}.ts`));
  }
  return await pMap(examples, (example) => {
    const folder = runsOnVirtualTime(example) ? virtual : real;
    const path = `examples/${example.name.replaceAll(/\W/g, "-")}.js`;
    return packed.write(folder, path, `import "../console.js";\n${example.code}`);
  });
}

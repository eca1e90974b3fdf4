/** The conformance traces: each program prints in each runtime what it printed in Python. */
import { existsSync } from "node:fs";
import { list, read, root } from "@asyncio-ts/documentation";
import { runBatch } from "../batch.js";
import type { Packed } from "../packed.js";
import { copyPrograms } from "../programs.js";
import type { Outcome, Suite } from "../suite.js";

const folder = "conformance/traces";

const twins = findTwins();
let withProcesses: Promise<string> | undefined;
let withoutProcesses: Promise<string> | undefined;

export const traces: Suite = {
  name: "traces",
  title: "the programs of conformance/traces print what they print in Python",
  async run({ name, kind }, session, packed) {
    const reason = reasonToSkip(name, kind);
    if (reason === undefined) {
      return await runBatch(session, {
        file: await (withProcesses ??= writeTraces(packed, "traces.js", twins)),
      });
    }
    const [skipped, others] = [twins.filter(isOfProcesses), twins.filter((twin) => !isOfProcesses(twin))];
    const file = await (withoutProcesses ??= writeTraces(packed, "traces-without-processes.js", others));
    const outcomes = await runBatch(session, { file });
    return [
      ...outcomes,
      ...skipped.map((twin): Outcome => ({ name: nameOf(twin), status: "skipped", detail: reason })),
    ];
  },
};

function reasonToSkip(name: string, kind: string): string | undefined {
  if (kind === "chromium") return "a browser starts no programs";
  return name === "deno-no-env" ? "Deno starts no process without its environment" : undefined;
}

function isOfProcesses(twin: string): boolean {
  return nameOf(twin).startsWith("subprocesses/");
}

function nameOf(twin: string): string {
  return twin.slice(`${folder}/`.length);
}

/** Writes a program that runs these twins; returns its file. */
async function writeTraces(packed: Packed, program: string, twins: readonly string[]): Promise<string> {
  const { real } = packed;
  await copyPrograms(packed, real, ["batch", "trace"]);
  const checks: string[] = [];
  for (const twin of twins) {
    const path = `${twin}.js`;
    await packed.write(real, path, read(`${twin}.ts`));
    const expected = read(`${twin.slice(0, twin.lastIndexOf("/"))}/expected.out`);
    const name = nameOf(twin);
    const load = `() => import("./${path}")`;
    const hasSockets = name.startsWith("streams/");
    checks.push(
      `[${JSON.stringify(name)}, () => trace(${load}, ${JSON.stringify(expected)}, ${hasSockets})]`,
    );
  }
  const imports = 'import { runChecks } from "./batch.js"; import { trace } from "./trace.js";';
  return await packed.write(real, program, `${imports}\nawait runChecks([\n${checks.join(",\n")}\n]);`);
}

/** The programs, without their ending. */
function findTwins(): string[] {
  return list(folder, "").flatMap((topic) =>
    list(topic, "").flatMap((program) =>
      ["async", "generator"]
        .map((kind) => `${program}/${kind}`)
        .filter((twin) => existsSync(`${root}${twin}.ts`)),
    ),
  );
}

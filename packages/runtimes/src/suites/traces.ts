/** The conformance traces: each program prints in each runtime what it printed in Python. */
import { existsSync } from "node:fs";
import { list, read, root } from "@asyncio-ts/documentation";
import { runBatch } from "../batch.js";
import type { Packed } from "../packed.js";
import { copyPrograms } from "../programs.js";
import type { Outcome, Suite } from "../suite.js";

const folder = "conformance/traces";

const twins = findTwins();
/** The programs that are written, by the names of the twins that they run. */
const written = new Map<string, Promise<string>>();

export const traces: Suite = {
  name: "traces",
  title: "the programs of conformance/traces print what they print in Python",
  async run({ name, kind }, session, packed) {
    const skipped = twins.flatMap((twin): Outcome[] => {
      const detail = reasonToSkip(twin, name, kind);
      return detail === undefined ? [] : [{ name: nameOf(twin), status: "skipped", detail }];
    });
    const others = twins.filter((twin) => reasonToSkip(twin, name, kind) === undefined);
    const key = others.join();
    let file = written.get(key);
    if (file === undefined) {
      file = writeTraces(packed, `traces-${written.size + 1}.js`, others);
      written.set(key, file);
    }
    return [...(await runBatch(session, { file: await file })), ...skipped];
  },
};

/** Returns why a runtime can't run a twin; undefined if it can. */
function reasonToSkip(twin: string, name: string, kind: string): string | undefined {
  if (hasSockets(twin)) return kind === "chromium" ? "a browser has no sockets" : undefined;
  if (!nameOf(twin).startsWith("subprocesses/")) return undefined;
  if (kind === "chromium") return "a browser starts no programs";
  return name === "deno-no-env" ? "Deno starts no process without its environment" : undefined;
}

function hasSockets(twin: string): boolean {
  return nameOf(twin).startsWith("streams/");
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
    checks.push(
      `[${JSON.stringify(name)}, () => trace(${load}, ${JSON.stringify(expected)}, ${hasSockets(twin)})]`,
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

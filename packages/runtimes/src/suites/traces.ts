/** The conformance traces: each program prints in each runtime what it printed in Python. */
import { existsSync } from "node:fs";
import { list, read, root } from "@asyncio-ts/documentation";
import { runBatch } from "../batch.js";
import type { Packed } from "../packed.js";
import { copyPrograms } from "../programs.js";
import type { Suite } from "../suite.js";

const folder = "conformance/traces";

let written: Promise<string> | undefined;

export const traces: Suite = {
  name: "traces",
  title: "the programs of conformance/traces print what they print in Python",
  async run(_runtime, session, packed) {
    return await runBatch(session, { file: await (written ??= writeTraces(packed)) });
  },
};

/** Writes a program that runs all traces; returns its file. */
async function writeTraces(packed: Packed): Promise<string> {
  const { real } = packed;
  await copyPrograms(packed, real, ["batch", "trace"]);
  const checks: string[] = [];
  for (const twin of findTwins()) {
    const path = `${twin}.js`;
    await packed.write(real, path, read(`${twin}.ts`));
    const expected = read(`${twin.slice(0, twin.lastIndexOf("/"))}/expected.out`);
    const name = twin.slice(`${folder}/`.length);
    checks.push(
      `[${JSON.stringify(name)}, () => trace(() => import("./${path}"), ${JSON.stringify(expected)})]`,
    );
  }
  const imports = 'import { runChecks } from "./batch.js"; import { trace } from "./trace.js";';
  return await packed.write(real, "traces.js", `${imports}\nawait runChecks([\n${checks.join(",\n")}\n]);`);
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

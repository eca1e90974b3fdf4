/**
 * The first minute of a stranger: installs what the README says, copies the README's first program, and runs
 * it in Node, in Bun, in Deno and in a page.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, transform } from "esbuild";
import { type Chromium, MissingChromium } from "./chromium.js";
import type { Manager, MissingManager } from "./managers.js";
import { expectOutput, makeStranger, npmInstall, type World } from "./world.js";

const table = "A stranger's first minute";

interface FirstProgram {
  readonly text: string;
  /** Its output, as its last comment has it. */
  readonly output: string;
}

/** Has a stranger do what the README says first. */
export async function spendFirstMinute(
  world: World,
  readme: string,
  managers: readonly (Manager | MissingManager)[],
  chromium: Chromium | MissingChromium,
): Promise<void> {
  const { matrix, stage, env } = world;
  const row = "the README's first program";
  const { text, output } = firstProgram(readFileSync(readme, "utf8"));
  const folder = makeStranger(world, "first minute", {});
  const installed = await matrix.check(
    { table, row, column: "npm install asyncio-ts", check: "install" },
    () => stage.run([...npmInstall, "asyncio-ts"], { folder, env }),
  );
  if (!installed) return;
  writeFileSync(join(folder, "first.ts"), text);
  // Node 20 runs no TypeScript.
  const { code } = await transform(text, { loader: "ts", target: "es2022" });
  writeFileSync(join(folder, "first.mjs"), code);

  const runtimes: [name: string, runtime: Manager | MissingManager, file: string][] = [
    ["node", { name: "node", install: npmInstall, node: [process.execPath] }, "first.mjs"],
  ];
  for (const manager of managers) {
    const name = manager.name.replace(/ .*/, "");
    if (name === "bun" || name === "deno") runtimes.push([name, manager, "first.ts"]);
  }
  for (const [column, runtime, file] of runtimes) {
    const cell = { table, row, column, check: "run" };
    if ("missing" in runtime) matrix.skip(cell, runtime.missing);
    else await matrix.check(cell, () => expectOutput(world, [...runtime.node, file], folder, output));
  }

  const cell = { table, row, column: "a page", check: "run" };
  if (chromium instanceof MissingChromium) matrix.skip(cell, chromium.reason);
  else {
    await matrix.check(cell, async () => {
      const { outputFiles } = await build({
        absWorkingDir: folder,
        entryPoints: ["first.ts"],
        bundle: true,
        write: false,
        format: "esm",
        platform: "browser",
        target: "es2022",
      });
      await chromium.expect(outputFiles[0]?.text ?? "", output);
    });
  }
}

/** The first block of TypeScript, which ends with what it prints. */
function firstProgram(readme: string): FirstProgram {
  const text = /^```ts\n(.*?)^```$/ms.exec(readme)?.[1];
  const output = text === undefined ? undefined : /^\/\/ prints: (.*)$/m.exec(text)?.[1];
  if (text === undefined || output === undefined)
    throw new Error("the README has no first program that prints");
  return { text, output };
}

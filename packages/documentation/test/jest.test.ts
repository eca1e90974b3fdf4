/**
 * `explore` works under Jest, with the settings of the guide: a test that fails says how to repeat it. The tests are
 * bundled into one ES module, so that no build of the packages is needed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { beforeAll, expect, test } from "vitest";
import { read } from "./support/repository.js";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const project = here("../dist/jest");
const jest = join(dirname(createRequire(import.meta.url).resolve("jest/package.json")), "bin/jest.js");

interface Result {
  readonly title: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}

beforeAll(async () => {
  await build({
    entryPoints: { "explored.test": here("jest/explored.ts") },
    tsconfig: here("../tsconfig.json"),
    outdir: project,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
  });
  const config = /^\/\/ jest\.config\.js\n[^]*?^};$/m.exec(read("docs/guide.md"))?.[0] ?? "";
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, "jest.config.js"), config);
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
});

test("explore fails a test of Jest with the line that repeats it", async () => {
  const flags = [
    "--experimental-vm-modules",
    jest,
    "--json",
    "--no-cache",
    "--watchman=false",
    "--runInBand",
  ];
  // vitest sets NODE_ENV and options for its own workers.
  const env = { PATH: process.env["PATH"] };
  const child = spawn(process.execPath, flags, { cwd: project, env, timeout: 100_000 });
  let [output, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const [code] = (await once(child, "close")) as [number | null];
  expect([code, output === "" ? errors : ""]).toEqual([1, ""]);
  const { testResults } = JSON.parse(output) as { testResults: { assertionResults: Result[] }[] };
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  expect(results.map(({ title, status }) => [title, status])).toEqual([
    ["an account is overdrawn", "failed"],
    ["an account with a lock is not", "passed"],
  ]);
  const [failure = ""] = results.flatMap(({ failureMessages }) => failureMessages);
  expect(failure).toMatch(
    /^ExplorationError: the program failed in run \d+, with 1 switch .*: Error: overdrawn$/m,
  );
  expect(failure).toMatch(/^repeat it with explore\(program, \{ replay: "\d+:\d+" \}\)$/m);
});

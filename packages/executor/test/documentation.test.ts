/**
 * The examples of this package need a module beside them, so the test of all documentation
 * (`packages/documentation`) only compiles them. Here they run, and print what they say.
 */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build, type BuildOptions } from "esbuild";
import { beforeAll, expect, it } from "vitest";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const sources = readdirSync(here("../src")).map((name) => `src/${name}`);

const examples = ["README.md", ...sources]
  .flatMap((file) => {
    const text = readFileSync(here(`../${file}`), "utf8");
    return Array.from(
      text.matchAll(/^([ *]*)```ts no-run\n([^]*?)^\1```$/gm),
      ([, margin = "", body = ""], i) => {
        const code = body.replaceAll(new RegExp(`^${margin.trimEnd().replaceAll("*", "\\*")} ?`, "gm"), "");
        const prints = Array.from(code.matchAll(/\/\/ prints: (.*)\n/g), ([, line]) => `${line}\n`).join("");
        return { name: `${file} ${i + 1}`, code, prints };
      },
    );
  })
  .filter(({ prints }) => prints !== "");

const built = (file: string): string => here(`dist/documentation/${file}`);

/** Bundles the program with the sources of the packages. */
async function bundle(program: Pick<BuildOptions, "entryPoints" | "stdin">, name: string): Promise<void> {
  await build({
    ...program,
    outfile: built(name),
    tsconfig: here("../tsconfig.json"),
    bundle: true,
    keepNames: true,
    platform: "node",
    format: "esm",
    target: "node20",
  });
}

beforeAll(async () => {
  await bundle({ entryPoints: [here("../../documentation/test/work.ts")] }, "work.js");
  await bundle({ entryPoints: [here("../src/worker-entry.ts")] }, "worker-entry.js");
});

it.each(examples)("$name prints what it says", async ({ name, code, prints }) => {
  const file = `${name.replaceAll(/\W/g, "-")}.js`;
  await bundle({ stdin: { contents: code, loader: "ts", resolveDir: here("..") } }, file);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [built(file)], { env: {} });
  expect({ stdout, stderr }).toEqual({ stdout: prints, stderr: "" });
});

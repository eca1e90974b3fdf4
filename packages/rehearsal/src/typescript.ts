/**
 * Strangers who compile: each version of TypeScript, with each way of resolving modules, strictly and with the declarations
 * of the libraries checked. What it writes runs.
 */
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sources } from "./programs.js";
import { entriesOf, everything, expectOk, install, makeStranger, npmInstall, type World } from "./world.js";

const table = "Strangers who compile";

/** The oldest supported, two in between, and the newest. */
const versions = ["5.4", "5.6", "5.9", "latest"];

const resolutions = [
  { name: "nodenext, ESM", type: "module", module: "NodeNext", moduleResolution: "NodeNext" },
  { name: "nodenext, CommonJS", type: "commonjs", module: "NodeNext", moduleResolution: "NodeNext" },
  { name: "bundler", type: "module", module: "ESNext", moduleResolution: "Bundler" },
] as const;

/** Without the types of Node. */
const strictly = {
  target: "ES2022",
  lib: ["ES2022", "DOM"],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  rootDir: ".",
  outDir: "out",
};

/** The programs that need no types of Node. */
const programs = [
  "contextvars",
  "coroutine",
  "flow",
  "future",
  "loop",
  "streams",
  "sync",
  "task",
  "together",
  "asyncio-ts",
];

/** Sends a stranger for each version of TypeScript. */
export async function compileAsStrangers(world: World): Promise<void> {
  await Promise.all(versions.map((version) => world.limit(() => compile(world, version))));
}

async function compile(world: World, wanted: string): Promise<void> {
  const { matrix, stage, env, libraries } = world;
  const folder = makeStranger(world, `typescript ${wanted}`, {});
  const tool = await install(world, folder, `typescript@${wanted}`);
  const row = `TypeScript ${"missing" in tool ? wanted : tool.version}`;
  for (const resolution of resolutions) {
    const { name, type, module, moduleResolution } = resolution;
    const place = { table, row, column: name };
    if ("missing" in tool) {
      matrix.skip({ ...place, check: "compile" }, tool.missing);
      continue;
    }
    if (type === "commonjs" && olderThan("5.8", tool.version)) {
      matrix.skip({ ...place, check: "compile" }, "TypeScript lets CommonJS require ES modules from 5.8");
      continue;
    }
    const project = stage.makeFolder(folder.slice(stage.folder.length), name.replaceAll(/\W+/g, "-"));
    writeFileSync(
      join(project, "package.json"),
      JSON.stringify({ private: true, type, dependencies: everything(libraries) }),
    );
    const compilerOptions = { ...strictly, module, moduleResolution };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    for (const program of programs)
      copyFileSync(join(sources, `${program}.ts`), join(project, `${program}.ts`));
    const imports = libraries
      .flatMap(entriesOf)
      .map((entry, i) => `export * as entry${i} from "${entry}";\n`);
    writeFileSync(join(project, "entries.ts"), imports.join(""));
    const compiled = await matrix.check({ ...place, check: "compile" }, async () => {
      await stage.run(npmInstall, { folder: project, env });
      const tsc = join(folder, "node_modules", ".bin", "tsc");
      await stage.run([process.execPath, tsc, "--project", project], { folder: project, env });
    });
    // What is written for bundlers is an ES module too, and imports no file of its own.
    if (!compiled) continue;
    await matrix.check({ ...place, check: "run" }, async () => {
      for (const program of ["together", "asyncio-ts"]) {
        await expectOk(world, [process.execPath, join("out", `${program}.js`)], project);
      }
    });
  }
}

function olderThan(least: string, version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split(".").map(Number);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}

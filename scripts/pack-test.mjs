// What a stranger gets: packs the libraries, installs the tarballs with npm into empty folders, and there compiles and
// runs the programs of pack-test/. Run by `pnpm check`, after a build.
import { execFileSync, execSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire, SourceMap } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { filesOf, sizeOf, wrongFilesOf, wrongMetadataOf } from "./tarball.mjs";

const root = join(import.meta.dirname, "..");
const require = createRequire(import.meta.url);
const { version: typescript } = require("typescript/package.json");
const { version: nodeTypes } = require("@types/node/package.json");
/** The package.json of each library of the workspace, by its name. */
const libraries = new Map(
  readdirSync(join(root, "packages"))
    .map((folder) => join(root, "packages", folder, "package.json"))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, "utf8")))
    .filter((manifest) => !manifest.private)
    .map((manifest) => [manifest.name, manifest]),
);
const names = [...libraries.keys()];
/** The peer dependencies, which are optional, in the version of the catalog. */
const catalog = readFileSync(join(root, "pnpm-workspace.yaml"), "utf8");
const peers = [...libraries.values()].flatMap(({ peerDependencies = {} }) =>
  Object.keys(peerDependencies).map((name) => `${name}@${catalog.split(`"${name}": `)[1].split("\n")[0]}`),
);
const entries = names.flatMap((name) =>
  Object.keys(libraries.get(name).exports).map((path) => name + path.slice(1)),
);
const work = mkdtempSync(join(tmpdir(), "asyncio-ts-pack-"));
let failures = 0;

async function check(name, body) {
  try {
    await body();
    console.log(`pass  ${name}`);
  } catch (error) {
    failures += 1;
    const output = [error.stdout, error.stderr].filter(Boolean).join("\n").trim();
    console.log(`FAIL  ${name}\n${(output || String(error.stack ?? error)).replace(/^/gm, "      ")}`);
  }
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

function shell(command, cwd) {
  return execSync(command, { cwd, encoding: "utf8", stdio: "pipe" });
}

/** Packs the libraries; returns the tarball of each, by its name. */
function pack() {
  // By folder, which is named like the library: the name alone may be the root's too.
  const filters = names.map((name) => `--filter ./packages/${basename(name)}`).join(" ");
  const packed = JSON.parse(shell(`pnpm ${filters} pack --pack-destination "${work}" --json`, root));
  return new Map(packed.map(({ name, filename }) => [name, filename]));
}

/** Makes a folder with the programs in it, of which the `.ts` files are modules of this type. */
function makeFolder(path, type) {
  const folder = join(work, path);
  cpSync(join(import.meta.dirname, "pack-test"), folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type }));
  return folder;
}

/** Makes a folder in which these libraries are installed from their tarballs. */
function install(path, packages, ...options) {
  const folder = makeFolder(path, "module");
  const files = packages.map((name) => `"${tarballs.get(name)}"`);
  shell(`npm install --no-audit --no-fund ${[...files, ...options].join(" ")}`, folder);
  return folder;
}

/** The library, and those of the workspace that are installed with it. */
function withDependencies(name) {
  const below = Object.keys(libraries.get(name).dependencies ?? {}).filter((other) => libraries.has(other));
  return [...new Set([name, ...below.flatMap(withDependencies)])];
}

/** The functions and classes that the declarations in `dist` declare, each with the line of source that its map names. */
function declaredIn(dist) {
  return readdirSync(dist)
    .filter((file) => file.endsWith(".d.ts"))
    .flatMap((file) => {
      const map = new SourceMap(JSON.parse(readFileSync(join(dist, `${file}.map`), "utf8")));
      const lines = readFileSync(join(dist, file), "utf8").split("\n");
      return lines.flatMap((line, number) => {
        const [declaration, identifier] =
          /^export declare (?:abstract )?(?:function|class) (\w+)/.exec(line) ?? [];
        if (identifier === undefined) return [];
        const at = map.findEntry(number, declaration.length - identifier.length);
        const source = readFileSync(join(dist, at.originalSource), "utf8").split("\n")[at.originalLine];
        return [{ identifier, source }];
      });
    });
}

/** Compiles files of the folder as a user's strict project. */
function compile(folder, files, compilerOptions) {
  const options = { target: "ES2022", module: "NodeNext", strict: true, exactOptionalPropertyTypes: true };
  const config = { compilerOptions: { ...options, ...compilerOptions }, include: files };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  shell(`node "${join(everything, "node_modules/typescript/bin/tsc")}"`, folder);
}

/** Runs a program of the folder, and expects it to print nothing but "ok". */
function runs(folder, ...args) {
  const output = execFileSync(process.execPath, args, {
    cwd: folder,
    encoding: "utf8",
    stdio: "pipe",
    timeout: 300_000, // only for what hangs
  });
  expect(output === "ok\n", `${args[0]} printed ${JSON.stringify(output)} instead of "ok"`);
}

let tarballs;
let everything;
try {
  tarballs = pack();
  const compilers = ["--save-dev", `typescript@${typescript}`, `@types/node@${nodeTypes}`];
  everything = install("everything", names, ...compilers, ...peers);
  // Finds what is installed in the folder above.
  const commonjs = makeFolder("everything/commonjs", "commonjs");

  for (const [name, { exports }] of libraries) {
    await check(`${name}: what the tarball holds`, () => {
      const folder = join(everything, "node_modules", name);
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      for (const dependency of Object.keys(manifest.dependencies ?? {})) {
        // Only the package with a command may depend on others' packages.
        expect(libraries.has(dependency) || manifest.bin !== undefined, `it depends on ${dependency}`);
      }
      const exported = Object.values(exports).flatMap((entry) => Object.values(entry));
      for (const file of ["LICENSE", "README.md", "src/index.ts", ...exported]) {
        expect(existsSync(join(folder, file)), `${file} is missing`);
      }
      const wrong = [...wrongFilesOf(folder), ...wrongMetadataOf(manifest, `packages/${basename(name)}`)];
      expect(wrong.length === 0, wrong.join("\n"));
    });
  }

  for (const name of names) {
    await check(`${name}: the declarations lead an editor to their sources`, () => {
      const declared = declaredIn(join(everything, "node_modules", name, "dist"));
      const lost = declared.filter(({ identifier, source }) => !source?.includes(identifier));
      expect(declared.length > 0 || name === "asyncio-ts", "it declares nothing");
      expect(lost.length === 0, `not found in src: ${lost.map(({ identifier }) => identifier)}`);
    });
  }

  const allEntries = entries.map((entry, i) => `import * as entry${i} from "${entry}";\nvoid entry${i};\n`);
  for (const [kind, folder, module, moduleResolution] of [
    ["strict, moduleResolution NodeNext", everything, "NodeNext", "NodeNext"],
    ["strict, moduleResolution Bundler", everything, "ESNext", "Bundler"],
    ["a CommonJS file under NodeNext", commonjs, "NodeNext", "NodeNext"],
  ]) {
    await check(`TypeScript ${typescript}, ${kind}`, () => {
      writeFileSync(join(folder, "entries.ts"), allEntries.join(""));
      compile(folder, ["entries.ts", "types.ts"], { module, moduleResolution, types: [], noEmit: true });
    });
  }
  await check("TypeScript compiles the programs to ES modules", () =>
    compile(everything, ["*"], { types: ["node"] }),
  );
  await check("TypeScript compiles the programs to CommonJS", () =>
    compile(commonjs, ["*"], { types: ["node"] }),
  );
  await check("an ES module imports them", () => runs(everything, "program.js"));
  await check("CommonJS requires them", () => runs(commonjs, "program.js"));
  await check("an ES module runs jobs in threads and processes", () => runs(everything, "pools.js"));
  await check("CommonJS runs jobs in threads and processes", () => runs(commonjs, "pools.js"));
  // Those that `node --import` loads only act, and export nothing.
  const exporting = entries.filter((entry) => !/[/](?:channels|record)$/.test(entry));
  await check("import and require give the same classes", () => runs(commonjs, "same.cjs", ...exporting));
  await check("two copies of them work as one", () =>
    runs(everything, "twice.mjs", install("second", names)),
  );
  await check("a bundle for browsers keeps what importing them registers", async () => {
    // No Node import may be left in it, and `sideEffects` must not have dropped a part.
    await build({
      absWorkingDir: everything,
      entryPoints: ["program.js"],
      outfile: join(everything, "bundle.mjs"),
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      logLevel: "silent",
    });
    runs(everything, "bundle.mjs");
  });

  console.log("sizes in bytes: the tarball, its files, and how many these are");
  for (const name of names) {
    const folder = join(everything, "node_modules", name);
    const numbers = [statSync(tarballs.get(name)).size, sizeOf(folder), filesOf(folder).length];
    console.log(`${name.padEnd(24)}${numbers.map((number) => String(number).padStart(10)).join("")}`);
  }

  const alone = install("alone", withDependencies("@asyncio-ts/sync"));
  await check("@asyncio-ts/sync installs without loop and task", () => {
    const installed = readdirSync(join(alone, "node_modules/@asyncio-ts"));
    expect(!installed.includes("loop") && !installed.includes("task"), `installed: ${installed}`);
  });
  await check("a Lock works there in plain async code", () => {
    compile(alone, ["lock-alone.ts"], { types: [] });
    runs(alone, "lock-alone.js");
  });
} finally {
  rmSync(work, { recursive: true, force: true });
}

console.log(
  failures === 0 ? "The packed packages work." : `The packed packages fail ${failures} of these checks.`,
);
process.exitCode = failures === 0 ? 0 : 1;

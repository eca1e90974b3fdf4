/**
 * Strangers who bundle: each bundler as its users call it. What is made for browsers runs in Chromium and in Node, what is
 * made for Node runs there.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Chromium, MissingChromium } from "./chromium.js";
import { expectOk, install, type Line, makeStranger, npmInstall, type World } from "./world.js";

const table = "Strangers who bundle";

interface Target {
  readonly program: string;
  readonly platform: "browser" | "node";
}

const targets: readonly Target[] = [
  { program: "together", platform: "browser" },
  { program: "asyncio-ts", platform: "browser" },
  { program: "asyncio-ts", platform: "node" },
];

interface Bundler {
  readonly name: string;
  readonly packages: Line;
  /** The command that bundles `PROGRAM.mjs` to `out/PROGRAM.mjs`. */
  readonly command: (target: Target) => Line;
  readonly configuration?: { readonly file: string; readonly text: (target: Target) => string };
}

const bundlers: readonly Bundler[] = [
  {
    name: "esbuild",
    packages: ["esbuild"],
    command: ({ program, platform }) => [
      "esbuild",
      `${program}.mjs`,
      `--outfile=out/${program}.mjs`,
      "--bundle",
      "--minify",
      "--format=esm",
      `--platform=${platform}`,
    ],
  },
  {
    name: "rollup",
    packages: ["rollup", "@rollup/plugin-node-resolve"],
    // What it can't resolve is only a warning to it.
    command: ({ program }) => [
      "rollup",
      `${program}.mjs`,
      `--file=out/${program}.mjs`,
      "--plugin=node-resolve",
      "--failAfterWarnings",
    ],
  },
  {
    name: "vite",
    packages: ["vite"],
    command: () => ["vite", "build"],
    configuration: {
      file: "vite.config.mjs",
      text: ({ program, platform }) => {
        const entry = `${program}.mjs`;
        const rollupOptions = {
          input: entry,
          output: { entryFileNames: entry },
          preserveEntrySignatures: "strict",
        };
        const build = { outDir: "out", emptyOutDir: false, minify: true, rollupOptions };
        const ssr = { noExternal: true };
        return `export default ${JSON.stringify(
          platform === "node" ? { build: { ...build, ssr: true }, ssr } : { build },
        )};\n`;
      },
    },
  },
  {
    name: "webpack",
    packages: ["webpack", "webpack-cli"],
    command: ({ program, platform }) => [
      "webpack",
      "build",
      `--entry=./${program}.mjs`,
      "--mode=production",
      `--target=${platform === "node" ? "node20" : "web"}`,
      "--output-path=out",
      `--output-filename=${program}.mjs`,
      "--output-module",
    ],
  },
];

/** Sends a stranger for each bundler. */
export async function bundleAsStrangers(world: World, chromium: Chromium | MissingChromium): Promise<void> {
  await Promise.all(bundlers.map((bundler) => world.limit(() => bundle(world, bundler, chromium))));
}

async function bundle(world: World, bundler: Bundler, chromium: Chromium | MissingChromium): Promise<void> {
  const { matrix, stage, env, libraries } = world;
  const { name, packages, command, configuration } = bundler;
  const folder = makeStranger(world, `bundler ${name}`, {});
  const tool = await install(world, folder, ...packages);
  const row = "missing" in tool ? name : `${name} ${tool.version}`;
  const cells = { table, row };
  if ("missing" in tool) {
    return matrix.skip({ ...cells, column: "for browsers, in Node", check: "bundle" }, tool.missing);
  }
  const ours = libraries.map(({ name, version }) => `${name}@^${version}`);
  await stage.run([...npmInstall, ...ours], { folder, env });
  for (const target of targets) {
    const { program, platform } = target;
    const inNode = { ...cells, column: platform === "node" ? "for Node" : "for browsers, in Node" };
    const bundled = await matrix.check({ ...inNode, check: "bundle" }, async () => {
      if (configuration !== undefined) {
        writeFileSync(join(folder, configuration.file), configuration.text(target));
      }
      const [file, ...args] = command(target);
      await stage.run([join(folder, "node_modules", ".bin", file), ...args], { folder, env });
    });
    if (!bundled) continue;
    const file = join("out", `${program}.mjs`);
    await matrix.check({ ...inNode, check: "run" }, () => expectOk(world, [process.execPath, file], folder));
    if (platform === "node") continue;
    const inChromium = { ...cells, column: "for browsers, in Chromium", check: "run" };
    if (chromium instanceof MissingChromium) matrix.skip(inChromium, chromium.reason);
    else await matrix.check(inChromium, () => chromium.expect(readFileSync(join(folder, file), "utf8")));
  }
}

/**
 * Strangers who bundle for browsers: each bundler as its users call it. The bundle runs in Node and in Chromium.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Chromium, MissingChromium } from "./chromium.js";
import { expectOk, install, type Line, makeStranger, npmInstall, type World } from "./world.js";

const table = "Strangers who bundle for browsers";

interface Bundler {
  readonly name: string;
  readonly packages: Line;
  /** The command that bundles `PROGRAM.mjs` to `out/PROGRAM.mjs`. */
  readonly command: (program: string) => Line;
  readonly configuration?: (program: string) => [file: string, text: string];
}

const bundlers: Bundler[] = [
  {
    name: "esbuild",
    packages: ["esbuild"],
    command: (program) => [
      "esbuild",
      `${program}.mjs`,
      `--outfile=out/${program}.mjs`,
      "--bundle",
      "--minify",
      "--format=esm",
      "--platform=browser",
    ],
  },
  {
    name: "rollup",
    packages: ["rollup", "@rollup/plugin-node-resolve"],
    // What it can't resolve is only a warning to it.
    command: (program) => [
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
    configuration: (program) => [
      "vite.config.mjs",
      `export default ${JSON.stringify({
        build: {
          lib: { entry: `${program}.mjs`, formats: ["es"], fileName: program },
          outDir: "out",
          emptyOutDir: false,
          minify: true,
        },
      })};`,
    ],
  },
  {
    name: "webpack",
    packages: ["webpack", "webpack-cli"],
    command: (program) => [
      "webpack",
      "build",
      `--entry=./${program}.mjs`,
      "--mode=production",
      "--target=web",
      "--output-path=out",
      `--output-filename=${program}.mjs`,
    ],
  },
];

const programs = ["together", "asyncio-ts"];

/** Sends a stranger for each bundler. */
export async function bundleAsStrangers(world: World, chromium: Chromium | MissingChromium): Promise<void> {
  await Promise.all(bundlers.map((bundler) => world.limit(() => bundle(world, bundler, chromium))));
}

async function bundle(world: World, bundler: Bundler, chromium: Chromium | MissingChromium): Promise<void> {
  const { matrix, stage, env, libraries } = world;
  const folder = makeStranger(world, `bundler ${bundler.name}`, {});
  const tool = await install(world, folder, ...bundler.packages);
  const row = "missing" in tool ? bundler.name : `${bundler.name} ${tool.version}`;
  const inNode = { table, row, column: "Node" };
  if ("missing" in tool) return matrix.skip({ ...inNode, check: "bundle" }, tool.missing);
  const ours = libraries.map(({ name, version }) => `${name}@^${version}`);
  const installed = await matrix.check({ ...inNode, check: "install" }, () =>
    stage.run([...npmInstall, ...ours], { folder, env }),
  );
  if (!installed) return;
  for (const program of programs) {
    const bundled = await matrix.check({ ...inNode, check: `bundle ${program}` }, async () => {
      if (bundler.configuration !== undefined) {
        const [file, text] = bundler.configuration(program);
        writeFileSync(join(folder, file), text);
      }
      const [command, ...args] = bundler.command(program);
      await stage.run([join(folder, "node_modules", ".bin", command), ...args], { folder, env });
    });
    if (!bundled) continue;
    const file = join("out", `${program}${bundler.name === "vite" ? ".js" : ".mjs"}`);
    await matrix.check({ ...inNode, check: program }, () =>
      expectOk(world, [process.execPath, file], folder),
    );
    const inChromium = { table, row, column: chromium.name, check: program };
    if (chromium instanceof MissingChromium) matrix.skip(inChromium, chromium.reason);
    else {
      await matrix.check(inChromium, () => chromium.expectOk(readFileSync(join(folder, file), "utf8")));
    }
  }
}

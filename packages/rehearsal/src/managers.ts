/**
 * The package managers of strangers, and how each of them runs a program.
 */
import { join } from "node:path";
import { install, type Line, npmInstall, type World } from "./world.js";

/** A package manager that strangers have. */
export interface Manager {
  readonly name: string;
  readonly install: Line;
  /** The start of the command line, before a program's file and arguments. */
  readonly node: Line;
  /** Added to the environment of strangers. */
  readonly env?: NodeJS.ProcessEnv;
  /** Why it runs no pools of `@asyncio-ts/executor`, if it does not. */
  readonly noPools?: string;
  /** Why CommonJS can't require ES modules with it, if it can't. */
  readonly noRequire?: string;
}

/** A package manager that can't be had. */
export interface MissingManager {
  readonly name: string;
  readonly missing: string;
}

interface Offer {
  readonly name: string;
  /** The package that npm installs it from. */
  readonly package: string;
  readonly make: (bin: (command: string) => string) => Omit<Manager, "name">;
}

const node = process.execPath;

const offers = (pnpm: string): Offer[] => [
  {
    name: "pnpm",
    package: pnpm,
    make: (bin) => ({ install: [node, bin("pnpm"), "install"], node: [node] }),
  },
  {
    name: "yarn",
    package: "yarn@1",
    // Its cache serves one installation at a time.
    make: (bin) => ({
      install: [node, bin("yarn"), "install", "--non-interactive", "--no-progress", "--mutex", "file"],
      node: [node],
    }),
  },
  {
    name: "yarn",
    package: "@yarnpkg/cli-dist@4",
    make: (bin) => ({
      install: [node, bin("yarn"), "install"],
      node: [node, bin("yarn"), "node"],
      env: { YARN_NODE_LINKER: "node-modules" },
    }),
  },
  {
    name: "Plug'n'Play of yarn",
    package: "@yarnpkg/cli-dist@4",
    make: (bin) => ({
      install: [node, bin("yarn"), "install"],
      node: [node, bin("yarn"), "node"],
      noRequire:
        "Node resolves what an ES module imports without Plug'n'Play, if it was reached by require()",
    }),
  },
  {
    name: "bun",
    package: "bun@1",
    make: (bin) => ({ install: [bin("bun"), "install"], node: [bin("bun")] }),
  },
  {
    name: "deno",
    package: "deno@2",
    make: (bin) => ({
      // The packages have just been published.
      install: [bin("deno"), "install", "--minimum-dependency-age=0"],
      node: [bin("deno"), "run", "--allow-all", "--no-check"],
    }),
  },
];

/** Installs the package managers; npm is there. */
export async function installManagers(world: World, pnpm: string): Promise<(Manager | MissingManager)[]> {
  const { stage, env, limit } = world;
  const folder = stage.makeFolder("managers");
  const version = (await stage.run(["npm", "--version"], { folder, env })).trim();
  const installed = offers(pnpm).map((offer) =>
    limit(async () => {
      const tool = await install(
        world,
        stage.makeFolder("managers", offer.name, offer.package),
        offer.package,
      );
      if ("missing" in tool) return { name: offer.name, missing: tool.missing };
      const bin = (command: string) => join(tool.folder, "node_modules", ".bin", command);
      return { name: `${offer.name} ${tool.version}`, ...offer.make(bin) };
    }),
  );
  return [{ name: `npm ${version}`, install: npmInstall, node: [node] }, ...(await Promise.all(installed))];
}

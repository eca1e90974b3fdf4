/**
 * Checks of a published release, and of a second release in which one library alone has a patch.
 *
 * All libraries are released together, in one version, and depend on each other in exactly that version. So the second
 * release has all of them again. Where both versions are installed, they must work with each other.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Library } from "./copy.js";
import type { Manager, MissingManager } from "./managers.js";
import type { Place } from "./matrix.js";
import {
  type Dependencies,
  entriesOf,
  everything,
  expectOk,
  makeStranger,
  npmInstall,
  type World,
} from "./world.js";

type Cell = Omit<Place, "check">;

/** Checks what is published of each library: its version, its files, its changelog and its dependencies. */
export async function inspect(
  world: World,
  table: string,
  libraries: readonly Library[],
  changelog: (library: Library) => string,
): Promise<void> {
  const { matrix, stage, env } = world;
  const folder = makeStranger(world, table, everything(libraries));
  await stage.run(npmInstall, { folder, env });
  for (const library of libraries) {
    const { name, version } = library;
    const installed = join(folder, "node_modules", name);
    const read = (file: string) => readFileSync(join(installed, file), "utf8");
    const manifest = JSON.parse(read("package.json")) as Library;
    const place = { table, row: name };
    await matrix.check({ ...place, column: "version", check: version }, () => {
      expect(manifest.version === version, `${manifest.version} is the latest`);
    });
    await matrix.check({ ...place, column: "siblings", check: "exact" }, () => {
      const siblings = new Set(libraries.map((each) => each.name));
      const others = Object.entries(manifest.dependencies ?? {}).filter(
        ([name, range]) => siblings.has(name) && range !== version,
      );
      expect(others.length === 0, `it depends on ${others.join(", ")}`);
    });
    await matrix.check({ ...place, column: "changelog", check: "changelog" }, () => {
      const expected = changelog(library);
      const section = read("CHANGELOG.md").split(/^## /m)[1] ?? "";
      expect(section.startsWith(`${version}\n`), `its newest section is ${section.split("\n")[0]}`);
      expect(section.includes(expected), `it does not say "${expected}":\n${section}`);
    });
    await matrix.check({ ...place, column: "license", check: "license" }, () => {
      expect(existsSync(join(installed, "LICENSE")), "LICENSE is missing");
    });
  }
}

/** Sends strangers who have both versions, in several ways. The first manager is npm. */
export async function mixReleases(
  world: World,
  managers: readonly (Manager | MissingManager)[],
  older: string,
  newer: string,
): Promise<void> {
  const table = `Strangers who have ${older} and ${newer}`;
  const npm = managers[0]?.name ?? "npm";
  await Promise.all([
    ...managers.map((manager) => world.limit(() => sideBySide(world, table, manager, older, newer))),
    world.limit(() => mixed(world, { table, row: "sync is older", column: npm }, older, newer)),
    world.limit(() => update(world, { table, row: "npm update", column: npm }, older, newer)),
  ]);
}

/** One program with both, which await and cancel each other's futures and tasks. */
async function sideBySide(
  world: World,
  table: string,
  manager: Manager | MissingManager,
  older: string,
  newer: string,
): Promise<void> {
  const { matrix, stage } = world;
  const place = { table, row: "side by side", column: manager.name, check: "side by side" };
  if ("missing" in manager) return matrix.skip(place, manager.missing);
  const env = { ...world.env, ...manager.env };
  const dependencies = { "asyncio-ts": newer, older: `npm:asyncio-ts@${older}` };
  const folder = makeStranger(world, `${table} ${manager.name}`, dependencies);
  await matrix.check(place, async () => {
    await stage.run(manager.install, { folder, env });
    await expectOk({ stage, env }, [...manager.node, "side-by-side.mjs", "older"], folder);
  });
}

/** One library in the older version beside the others in the newer one, as a lockfile may have them. */
async function mixed(world: World, cell: Cell, older: string, newer: string): Promise<void> {
  const { matrix, stage, env, libraries } = world;
  const dependencies: Dependencies = {
    ...Object.fromEntries(libraries.map(({ name }) => [name, newer])),
    "@asyncio-ts/sync": older,
  };
  const folder = makeStranger(world, `${cell.table} mixed`, dependencies);
  await matrix.check({ ...cell, check: "mixed" }, async () => {
    await stage.run(npmInstall, { folder, env });
    await expectOk(world, [process.execPath, "together.mjs"], folder);
    await expectOk(world, [process.execPath, "sync.cjs"], folder);
  });
}

/** `npm update` of a project with the older version takes all libraries along, each once. */
async function update(world: World, cell: Cell, older: string, newer: string): Promise<void> {
  const { matrix, stage, env, libraries } = world;
  const folder = makeStranger(
    world,
    `${cell.table} update`,
    Object.fromEntries(libraries.map(({ name }) => [name, older])),
  );
  await matrix.check({ ...cell, check: "update" }, async () => {
    await stage.run(npmInstall, { folder, env });
    const ranges = libraries.map(({ name }) => `${name}@^${older}`);
    await stage.run([...npmInstall, ...ranges], { folder, env });
    await stage.run(["npm", "update", "--no-audit", "--no-fund"], { folder, env });
    const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as {
      packages: Record<string, { version: string }>;
    };
    const installed = Object.entries(lock.packages).filter(([path]) =>
      libraries.some(({ name }) => path.endsWith(`node_modules/${name}`)),
    );
    const wrong = installed.filter(([, { version }]) => version !== newer).map(([path]) => path);
    expect(wrong.length === 0, `not updated: ${wrong.join(", ")}`);
    expect(installed.length === libraries.length, `${installed.length} packages are installed`);
    await expectOk(world, [process.execPath, "together.mjs"], folder);
    await expectOk(world, [process.execPath, "entries.cjs", ...libraries.flatMap(entriesOf)], folder);
  });
}

function expect(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

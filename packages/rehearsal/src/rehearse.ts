/**
 * Rehearses a release: makes it in a copy of the working tree, publishes to a registry on this machine, and has strangers
 * use what is published. Then makes a second release, in which one library alone has a patch.
 *
 * The matrix is no full product. Strangers who install: each library and all together × each package manager × ESM and
 * CommonJS, in Node (with bun and deno: in these). Strangers who compile: all libraries × versions of TypeScript × ways of
 * resolving modules, with npm. Strangers who bundle: bundlers × a program for browsers, which runs in Node and Chromium, and
 * one for Node; with npm.
 *
 * Nothing is left behind: see stage.ts. The counts are written where scripts/count-tests.mjs finds them.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, constants } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { bundleAsStrangers } from "./bundlers.js";
import { startChromium } from "./chromium.js";
import { addPatch, copyTree, librariesOf, release } from "./copy.js";
import { maintainersEnvironment, publishersEnvironment, strangersEnvironment } from "./environments.js";
import { spendFirstMinute } from "./first-minute.js";
import { installManagers } from "./managers.js";
import { Matrix } from "./matrix.js";
import { compilePrograms } from "./programs.js";
import { startRegistry } from "./registry.js";
import { inspect, mixReleases } from "./releases.js";
import { Stage } from "./stage.js";
import { sendStrangers } from "./strangers.js";
import { compileAsStrangers } from "./typescript.js";
import type { World } from "./world.js";

const root = join(import.meta.dirname, "..", "..", "..");
const reports = join(import.meta.dirname, "..", "reports");
const patched = "@asyncio-ts/future";
const patch = "A patch that only the rehearsal of a release has.";

const began = performance.now();
const stage = new Stage();
const matrix = new Matrix();
let interrupted: "SIGINT" | "SIGTERM" | "SIGHUP" | undefined;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (interrupted !== undefined) return;
    say(`clear up after ${signal}`);
    interrupted = signal;
    void stage.close();
  });
}

try {
  await rehearse();
} catch (error) {
  if (interrupted === undefined) {
    await matrix.check({ table: "The rehearsal", row: "itself", column: "end", check: "end" }, () => {
      throw error;
    });
  }
} finally {
  await stage.close();
}

if (interrupted === undefined) {
  mkdirSync(reports, { recursive: true });
  writeFileSync(join(reports, "rehearsal.json"), JSON.stringify(matrix.report()));
  console.log(`\n${matrix.toString()}\n\n${matrix.summary()}`);
  process.exitCode = matrix.count("failed") === 0 ? 0 : 1;
} else {
  process.exitCode = 128 + constants.signals[interrupted];
}

async function rehearse(): Promise<void> {
  const maintainer = maintainersEnvironment(stage, root);
  const names = librariesOf(root).map(({ name }) => name);
  const registry = await startRegistry(stage, names, maintainer);
  const publisher = publishersEnvironment(stage, root, registry);
  say("copy the working tree");
  const copy = await copyTree(stage, root, maintainer);
  say("make a release");
  const libraries = await release(stage, copy, maintainer, publisher);
  const older = librariesOf(copy)[0]?.version ?? "";

  const world: World = {
    stage,
    matrix,
    libraries,
    limit: pLimit(availableParallelism()),
    env: strangersEnvironment(stage, root, registry),
    programs: await compilePrograms(stage),
  };
  say("inspect it");
  await inspect(world, `Release ${older}`, libraries, () => "\n- ");
  say("install the package managers");
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    packageManager: string;
  };
  const managers = await installManagers(world, packageManager);
  const chromium = await startChromium(stage);
  say("spend the first minute of a stranger");
  await spendFirstMinute(world, join(root, "README.md"), managers, chromium);
  say("install as strangers");
  await sendStrangers(world, managers);
  say("compile as strangers");
  await compileAsStrangers(world);
  say("bundle as strangers");
  await bundleAsStrangers(world, chromium);

  say(`make a second release, with a patch of ${patched} alone`);
  addPatch(copy, patched, patch);
  const again = await release(stage, copy, maintainer, publisher);
  const newer = again[0]?.version ?? "";
  say("inspect it");
  await inspect(
    world,
    `Release ${newer}, with a patch of ${patched} alone`,
    again,
    ({ name, dependencies = {} }) => {
      if (name === patched) return patch;
      // One that depends on no other has nothing to say.
      return Object.keys(dependencies).some((each) => each.includes("asyncio-ts")) ? `\`${patched}\`` : "";
    },
  );
  say("mix both releases");
  await mixReleases(world, managers, older, newer);
  say("clear up");
}

function say(what: string): void {
  if (interrupted !== undefined) return;
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`${String(seconds).padStart(4)} s  ${what}`);
}

/**
 * Strangers who install what has been published: each library alone, and all together, with each package manager.
 *
 * In each folder, a program runs as an ES module and as CommonJS, with `require()`; a third one compares what both get of
 * each entry.
 */
import { basename } from "node:path";
import type { Library } from "./copy.js";
import type { Manager, MissingManager } from "./managers.js";
import { entriesOf, everything, expectOk, makeStranger, type World } from "./world.js";

const table = "Strangers who install a library";

interface Party {
  readonly name: string;
  readonly program: string;
  readonly libraries: readonly Library[];
}

/** Sends a stranger for each library, and one for all of them, with each package manager. */
export async function sendStrangers(
  world: World,
  managers: readonly (Manager | MissingManager)[],
): Promise<void> {
  const { libraries, limit } = world;
  const parties: Party[] = [
    ...libraries.map((library) => ({
      name: library.name,
      program: basename(library.folder),
      libraries: [library],
    })),
    { name: "all together", program: "together", libraries },
  ];
  const visits = parties.flatMap((party) =>
    managers.map((manager) => limit(() => visit(world, party, manager))),
  );
  await Promise.all(visits);
}

async function visit(world: World, party: Party, manager: Manager | MissingManager): Promise<void> {
  const { matrix, stage } = world;
  const cell = { table, row: party.name, column: manager.name };
  if ("missing" in manager) return matrix.skip({ ...cell, check: "install" }, manager.missing);
  const { name, node, noPools, noRequire } = manager;
  const env = { ...world.env, ...manager.env };
  const folder = makeStranger(world, `${name} ${party.name}`, everything(party.libraries));
  const installed = await matrix.check({ ...cell, check: "install" }, () =>
    stage.run(manager.install, { folder, env }),
  );
  if (!installed) return;

  const withoutPools = party.program === "executor" ? noPools : undefined;
  const programs: [check: string, args: string[], impossible: string | undefined][] = [
    ["ESM", [`${party.program}.mjs`], withoutPools],
    ["CommonJS", [`${party.program}.cjs`], noRequire ?? withoutPools],
    ["entries", ["entries.cjs", ...party.libraries.flatMap(entriesOf)], noRequire],
  ];
  for (const [check, args, impossible] of programs) {
    if (impossible !== undefined) matrix.skip({ ...cell, check }, impossible);
    else await matrix.check({ ...cell, check }, () => expectOk({ stage, env }, [...node, ...args], folder));
  }
}

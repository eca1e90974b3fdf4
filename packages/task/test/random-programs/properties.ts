/** The rules that hold for all random programs, as properties for fast-check. */
import * as fc from "fast-check";
import { type Body, plainPrograms, programs, type Shot, shots, statementsOf, withKind } from "./program.js";
import { attemptRun, type Trial } from "./trial.js";

const seen: Map<string, number> = new Map();

/** Returns how often what was run, hit, exempt, since the start. */
export function summary(): ReadonlyMap<string, number> {
  return seen;
}

function add(what: string, count = 1): void {
  seen.set(what, (seen.get(what) ?? 0) + count);
}

async function check(program: Body, how: readonly Shot[], withoutHooks: boolean): Promise<Trial> {
  const trial = await attemptRun(program, how, withoutHooks);
  add("runs");
  for (const [what, count] of trial.world.counts) add(what, count);
  const { violations, log } = trial.world;
  if (violations.length > 0) {
    throw new Error(`${violations.join("\n")}\ncancelled: ${JSON.stringify(how)}\n${log.join("\n")}`);
  }
  return trial;
}

function countStatements(program: Body): void {
  add("programs");
  for (const is of new Set([...statementsOf(program.block)].map((one) => one.is))) add(`programs with ${is}`);
}

/** The main task, cancelled before each of its turns, or before some of them. */
export function cancelledAtAllTurns(
  options: { readonly atMost?: number; readonly withoutHooks?: boolean } = {},
): fc.IAsyncProperty<[Body]> {
  const { atMost = 60, withoutHooks = false } = options;
  return fc.asyncProperty(programs, async (program) => {
    countStatements(program);
    const { turns } = await check(program, [], withoutHooks);
    const step = Math.max(1, turns / atMost);
    for (let turn = 0; turn < turns; turn += step) {
      await check(program, [{ victim: 0, turn: Math.floor(turn) }], withoutHooks);
    }
  });
}

/** Several cancellations of several tasks. */
export function cancelledAtRandom(
  options: { readonly withoutHooks?: boolean } = {},
): fc.IAsyncProperty<[Body, readonly Shot[]]> {
  return fc.asyncProperty(programs, shots, async (program, how) => {
    countStatements(program);
    await check(program, how, options.withoutHooks ?? false);
  });
}

/** Programs that have one line in each task and no native promise, in both kinds of coroutine. */
export function sameInBothKinds(): fc.IAsyncProperty<[Body]> {
  return fc.asyncProperty(plainPrograms, async (program) => {
    add("programs in both kinds");
    for (let turn = -1, turns = 0; turn < turns; turn++) {
      const how = [{ victim: 0, turn }];
      const [first, second] = [
        await check(withKind(program, "async"), how, false),
        await check(withKind(program, "generator"), how, false),
      ];
      turns = first.turns;
      const logs = [first, second].map((trial) => trial.world.log.join("\n"));
      if (logs[0] !== logs[1]) {
        throw new Error(
          `cancelled before turn ${turn}, in async functions:\n${logs[0]}\nin generators:\n${logs[1]}`,
        );
      }
    }
  });
}

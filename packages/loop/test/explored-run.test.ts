import { CancelledError } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import type { EventLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { afterEach, describe, expect, test } from "vitest";
import type { Chooser } from "../src/explored-loop.js";
import { type ExploredProgram, following, type Outcome, runProgram } from "../src/explored-run.js";
import { StepTask } from "./step-task.js";

const { runProgram: before } = slot;

afterEach(() => {
  slot.runProgram = before;
});

/** Runs a program, which is `main` in a loop that stops by itself. */
async function outcomeOf(
  main: (loop: EventLoop, outside: Parameters<ExploredProgram>[0]) => unknown,
  chooser: Chooser = following([]),
  turns = 100,
): Promise<Outcome & { name: string }> {
  let name = "";
  let loopOfRun: EventLoop | undefined;
  slot.runProgram = async (body, loopFactory) => {
    name = (body as () => void).name;
    const loop = loopFactory() as EventLoop;
    loopOfRun = loop;
    const forget = partsOf(loop).host.whenExhausted(() => loop.stop());
    const result = (async () => (body as () => unknown)())();
    // It may fail before the loop has ended.
    result.catch(() => {});
    await loop.runForever();
    forget();
    return await result;
  };
  const program: ExploredProgram = function named(outside) {
    return main(loopOfRun as EventLoop, outside);
  };
  const outcome = await runProgram(program, chooser, { jitter: 1, turns, patience: 5 });
  return { ...outcome, name };
}

describe("a run", () => {
  test("tells what it did, by the name of the program", async () => {
    const outcome = await outcomeOf(
      (loop) => {
        loop.callSoon(() => {});
        loop.callSoon(() => {});
      },
      following([{ turn: 0, kind: "switch", number: 1 }]),
    );
    expect(outcome).toMatchObject({ name: "named", failure: undefined, options: [2, 1], steps: [-1, -1] });
    expect(outcome.schedule).toEqual([{ turn: 0, kind: "switch", number: 1 }]);
    expect(outcome).toMatchObject({ actors: 2, states: [], ended: new Set(), outOfReach: new Set() });
    expect(outcome.order).toMatch(/^\d+,\d+$/);
  });

  const failing = (error: unknown) => async (): Promise<void> => {
    throw error;
  };

  test.each([
    [new RangeError("item 17 of 'this' is \"that\"\nand more"), "RangeError: item # of # is #"],
    [new Error(""), "Error: "],
    ["a text", "string"],
    [undefined, "undefined"],
  ])("that fails with %o has a failure, whose kind leaves out names and numbers", async (error, kind) => {
    const { failure } = await outcomeOf(failing(error));
    expect(failure).toEqual({ error, kind });
  });

  test("fails with what is reported, unless the program fails itself", async () => {
    const cause = new Error("in a callback");
    const report = (loop: EventLoop): void =>
      loop.callExceptionHandler({ message: "oops", exception: cause });
    const reported = await outcomeOf(report);
    expect(reported.failure?.error).toEqual(new Error("the program was reported: oops"));
    expect(reported.failure?.error).toHaveProperty("cause", cause);
    const error = new Error("its own");
    const both = await outcomeOf(async (loop) => {
      report(loop);
      throw error;
    });
    expect(both.failure?.error).toBe(error);
  });

  test("fails with a cancellation, unless it has cancelled a task itself", async () => {
    const cancellation = new CancelledError();
    const main = async (loop: EventLoop): Promise<void> => {
      const { scheduler } = partsOf(loop);
      for (const name of ["main", "worker"]) new StepTask(name).step(scheduler, () => {});
      throw cancellation;
    };
    expect((await outcomeOf(main)).failure?.error).toBe(cancellation);
    const cancel = [{ turn: 1, kind: "cancel", number: 1 }] as const;
    const cancelled = await outcomeOf(main, following(cancel));
    expect([cancelled.failure, cancelled.schedule]).toEqual([undefined, cancel]);
    const other = await outcomeOf(async (loop) => {
      await main(loop).catch(() => {});
      throw new Error("another one");
    }, following(cancel));
    expect(other.failure?.kind).toBe("Error: another one");
  });

  test("fails if it takes too many turns, whatever else there was", async () => {
    const { failure } = await outcomeOf(
      async (loop) => {
        for (let i = 0; i < 4; i++) loop.callSoon(() => {});
        throw new Error("its own");
      },
      following([]),
      3,
    );
    expect(failure?.error).toEqual(new Error("the program took more than 3 turns"));
  });
});

test("a schedule is followed in its turns, and otherwise the loop", () => {
  const chooser = following([
    { turn: 2, kind: "switch", number: 3 },
    { turn: 4, kind: "cancel", number: 1 },
  ]);
  const turns = [0, 1, 2, 3, 4];
  expect(turns.map((turn) => chooser.pick(turn, []))).toEqual([0, 0, 3, 0, 0]);
  expect(turns.map((turn) => chooser.cancel?.(turn, [], []))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    1,
  ]);
});

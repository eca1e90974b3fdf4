/**
 * Tests of tasks and runs that hand on context variables. Another package has these, and puts into the slot how they are
 * handed on; here a variable is a word, and each home has one.
 */
import { type contract, slot, variables } from "@asyncio-ts/future/internal";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { createTask, currentTask, Runner, sleep, TaskGroup } from "@asyncio-ts/task";
import { AsyncLocalStorage } from "node:async_hooks";
import { afterEach, beforeEach, expect, test } from "vitest";
import { needing, runVirtual } from "@asyncio-ts/testkit";

/** The calls of `keep`, in short. */
let kept: string[];
let isOutside: contract.StepContext | undefined;
let around: contract.Cell | undefined;

beforeEach(() => {
  kept = [];
  isOutside = undefined;
  around = undefined;
  slot.variables = {
    keep(home, context, eager) {
      kept.push(`${home instanceof Runner ? "runner" : "task"}${eager === true ? ", eager" : ""}`);
      home[variables] = context === undefined ? ["copied"] : context[variables];
    },
    stepWith: () => ({}),
    outside: () => isOutside,
    cellOf: () => expect.unreachable(),
    hold: () => around,
  };
});
afterEach(() => {
  delete slot.variables;
});

/** Returns the variables of the current task. */
function own(): unknown {
  return (currentTask() as contract.Home | undefined)?.[variables];
}

function contextOf(word: string): contract.ContextLike & { readonly [variables]: contract.Cell } {
  return { [variables]: { values: [word], entered: false } };
}

test("a task keeps those of its maker, or of the context that it is given", async () => {
  await runVirtual(async () => {
    const context = contextOf("given");
    expect(await createTask(async () => own())).toEqual(["copied"]);
    expect(await createTask(async () => own(), { context: context as never })).toBe(context[variables]);
  });
});

test("a task that begins at once keeps those that code runs in, and leaves that context again", async () => {
  await runVirtual(async () => {
    const cell = (around = contextOf("around")[variables]);
    around.entered = true;
    kept = [];
    const seen: unknown[] = [];
    await createTask(async () => void seen.push(cell.entered), { eagerStart: true });
    expect([kept, seen, cell.entered]).toEqual([["task, eager"], [true], false]);
  });
});

test("the runs of a Runner share those of the runner, which the first run may make its own", async () => {
  await new Runner({ loopFactory: virtualLoop }).with(async (runner) => {
    const cell = contextOf("of the first run")[variables];
    const seen = [
      await runner.run(async () => {
        const before = own();
        (currentTask() as contract.Home)[variables] = cell;
        return before;
      }),
      await runner.run(async () => own()),
    ];
    expect(seen).toEqual([["copied"], cell]);
    expect(seen[1]).toBe(cell);
  });
});

test("a run that is given a context leaves those of the runner alone", async () => {
  await new Runner({ loopFactory: virtualLoop }).with(async (runner) => {
    const context = contextOf("given");
    const given = await runner.run(async () => own(), { context: context as never });
    expect(given).toBe(context[variables]);
    expect(await runner.run(async () => own())).toEqual(["copied"]);
  });
});

test("a group makes a task for a callback of the runtime in a step with those of its parent", async () => {
  const steps: unknown[] = [];
  await runVirtual(() =>
    new TaskGroup().with(async (group) => {
      await sleep(1);
      const { stepping } = slot;
      const step = (isOutside = { [variables]: ["of the parent"] });
      const { keep } = slot.variables as contract.Variables;
      (slot.variables as { keep: contract.Variables["keep"] }).keep = (...all) => {
        steps.push(slot.stepping === step);
        keep(...all);
      };
      group.createTask(() => sleep(1));
      steps.push(slot.stepping === stepping);
      isOutside = undefined;
      group.createTask(() => sleep(1));
    }),
  );
  expect(steps).toEqual([true, true, false]);
});

test("such a task has the stores of the group, too", needing("view of the stores in a context"), async () => {
  const request = new AsyncLocalStorage<string | undefined>();
  const main = async (): Promise<string | undefined> =>
    await new TaskGroup().with(async (group) => {
      isOutside = { [variables]: ["of the parent"] };
      const task = request.run(undefined, () => group.createTask(async () => request.getStore()));
      isOutside = undefined;
      return await task;
    });
  expect(await request.run("group", () => runVirtual(main))).toBe("group");
});

test("what can't be a context is refused", async () => {
  expect(() => createTask(async () => {}, { context: "none" as never })).toThrow(TypeError);
  const refused = new Runner().run(async () => {}, { context: "none" as never });
  await expect(refused).rejects.toThrow(/^run\(\) .*context/);
});

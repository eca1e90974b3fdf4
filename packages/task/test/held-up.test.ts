import { Future } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import { type EventLoop, getRunningLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import {
  createTask,
  currentSignal,
  run,
  sleep,
  type Task,
  TaskGroup,
  timeout,
  waitFor,
} from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { awaited, bothKinds } from "@asyncio-ts/testkit";
import { ManualScheduler } from "@asyncio-ts/testkit/manual-scheduler";
import { native } from "./native.js";

/** Runs `main` on virtual time, and returns the messages that were reported. */
async function reportsOf(main: (whenReported: Promise<void>) => unknown, debug = true): Promise<string[]> {
  const reports: string[] = [];
  let reported!: () => void;
  const whenReported = new Promise<void>((resolve) => (reported = resolve));
  const loopFactory = (): EventLoop => {
    const loop = virtualLoop();
    loop.slowCallbackDuration = Infinity; // How long a step takes depends on the machine.
    loop.setExceptionHandler((_loop, { message }) => {
      reports.push(message);
      reported();
    });
    return loop;
  };
  await run(async () => await main(whenReported), { loopFactory, debug });
  return reports;
}

describe("in debug mode a cancellation that is held up is reported at once", () => {
  test("that of a timeout, with what to write instead and where", async () => {
    const reports = await reportsOf(() =>
      timeout(20)
        .with(() => native(50))
        .catch(() => {}),
    );
    expect(reports).toEqual([
      expect.stringMatching(
        /^The cancellation by <Timeout expiring> of <Task 'Task-\d+'.* cancelling> has been held up: it waits for a native promise\. Use the fetch of this library, wait with abortable\(\(signal\) => …\), or leave it behind with timeout\(…, \{ abandon: true \}\)/,
      ),
    ]);
  });

  test("those of waitFor(), a task group, and cancel()", async () => {
    const reports = await reportsOf(async () => {
      await waitFor(() => native(50), 20).catch(() => {});
      await new TaskGroup()
        .with(async (group) => {
          group.createTask(() => native(50));
          await sleep(10);
          throw new Error("no");
        })
        .catch(() => {});
      const task = createTask(() => native(50));
      await sleep(10);
      task.cancel();
      await task.catch(() => {});
    });
    expect(reports.map((report) => report.slice(0, 28))).toEqual([
      "The cancellation by <Timeout",
      "The cancellation of <Task 'T",
      "The cancellation of <Task 'T",
    ]);
    expect(reports[2]).toContain("held-up.test.ts");
  });

  test("once for each task, and says so if the operation ignores its signal", async () => {
    const reports = await reportsOf(async () => {
      const task = createTask(async () => {
        currentSignal();
        await native(50);
      });
      await sleep(10);
      task.cancel();
      await sleep(10);
      task.cancel();
      await task.catch(() => {});
    });
    expect(reports).toEqual([expect.stringContaining("and the operation does not react to its signal")]);
  });

  test("also if a value was on its way as the request was made", async () => {
    const reports = await reportsOf(async () => {
      const task = createTask(async () => {
        await sleep(10);
        await native(50);
      });
      await sleep(1);
      getRunningLoop().callLater(9, () => task.cancel());
      await task.catch(() => {});
    });
    expect(reports).toHaveLength(1);
  });

  test("also if that is the one of a timeout, which is named", async () => {
    const reports = await reportsOf(async () => {
      const future = new Future<void>();
      getRunningLoop().callLater(10, () => future.setResult());
      await timeout(10)
        .with(async () => {
          await future;
          await native(50);
        })
        .catch(() => {});
    });
    expect(reports).toEqual([expect.stringMatching(/^The cancellation by <Timeout expiring> of /)]);
  });
});

test.each(bothKinds)(
  "nothing is reported of a task that waits for this library, in %s",
  async ({ startTask }) => {
    const reports = await reportsOf(async () => {
      const task = startTask(function* () {
        try {
          yield* awaited(sleep(1000));
        } finally {
          yield* awaited(native(50));
        }
      });
      await sleep(10);
      task.cancel();
      await task.catch(() => {});
    });
    expect(reports).toEqual([]);
  },
);

test("nothing is reported of a body that is left behind", async () => {
  const reports = await reportsOf(async () => {
    await waitFor(() => native(50), 20, { abandon: true }).catch(() => {});
    await sleep(100);
  });
  expect(reports).toEqual([]);
});

test("without debug mode it is reported after a second of real time, and without a place", async () => {
  // What an earlier test in debug mode has left.
  const { checks } = slot;
  slot.checks = undefined;
  const began = performance.now();
  const reports = await reportsOf(async (whenReported) => {
    const task = createTask(() => whenReported);
    await sleep(10);
    task.cancel();
    await task.catch(() => {});
  }, false);
  const took = performance.now() - began;
  slot.checks = checks;
  // A timer of a second may be told a little early.
  const [, milliseconds] = / for (\d+) ms: /.exec(reports[0] ?? "") ?? [];
  expect(Number(milliseconds)).toBeGreaterThanOrEqual(990);
  expect(Number(milliseconds)).toBeLessThanOrEqual(Math.ceil(took));
  expect(reports).toEqual([
    expect.stringMatching(
      /has been held up for \d+ ms: it waits for a native promise\. .* timeout\(…, \{ abandon: true \}\)$/,
    ),
  ]);
});

test("what run() leaves behind is reported by run(), once", async () => {
  let settle = (): void => {};
  const reports = await reportsOf(async () => {
    createTask(() => new Promise<void>((resolve) => (settle = resolve)));
    await sleep(10);
    getRunningLoop().callLater(6000, () => settle());
  });
  expect(reports).toEqual([expect.stringContaining("was cancelled by run() at its end and has not stopped")]);
});

test("a cancellation is found to be held up also where a turn ends only as the next begins, without an event loop", async () => {
  const reports = await reportsOf(async () => {
    const scheduler = new ManualScheduler();
    let settle!: () => void;
    const foreign = new Promise<void>((resolve) => (settle = resolve));
    const start = (name: string): [Future<void>, Task<void>] => {
      const future = new Future<void>({ loop: scheduler });
      const body = async (): Promise<void> => {
        await future;
        await foreign;
      };
      return [future, createTask(body, { name })];
    };
    const started = [start("first"), start("second")];
    await sleep(1);
    for (const [future, task] of started) {
      future.setResult();
      task.cancel();
    }
    await scheduler.settle();
    await sleep(1);
    settle();
  });
  const heldUp = reports.filter((report) => report.includes("has been held up"));
  expect(heldUp.map((report) => /'(.*?)'/.exec(report)?.[1])).toEqual(["first", "second"]);
});

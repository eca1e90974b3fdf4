import { createTask, currentTask, gather, sleep, timeout } from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { awaited, bothKinds, outcomeOf, type Program } from "@asyncio-ts/testkit";

describe.each(bothKinds)("in debug mode, a cancellation swallowed by %s", ({ body, inGroup }) => {
  /** Returns what is reported when a task of this body is cancelled after a millisecond. */
  const reportsOf = async (program: () => Program<unknown>, debug = true): Promise<string[]> => {
    const { reports } = await outcomeOf(
      body(function* () {
        const task = createTask(body(program), { name: "victim" });
        yield* awaited(sleep(1));
        task.cancel();
        try {
          yield* awaited(task);
        } catch {}
      }),
      { debug },
    );
    return reports.map((report) => report.message.split("\n")[0] ?? "");
  };

  test("is reported if the task returns a value", async () => {
    const reports = await reportsOf(function* () {
      try {
        yield* awaited(sleep(1000));
      } catch {}
      return "as if nothing had happened";
    });
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatch(
      /^<Task 'victim' .*> was cancelled, caught the CancelledError and returned a value; throw it again, or call uncancel\(\) if it is meant to go on$/,
    );
  });

  test("is reported, once, if the task still runs a second later", async () => {
    const reports = await reportsOf(function* () {
      try {
        yield* awaited(sleep(1000));
      } catch {}
      for (let i = 0; i < 10; i++) yield* awaited(sleep(500));
    });
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatch(/caught the CancelledError and still runs/);
  });

  test("is not reported if it was taken back by uncancel()", async () => {
    const reports = await reportsOf(function* () {
      try {
        yield* awaited(sleep(1000));
      } catch {
        currentTask()?.uncancel();
      }
      yield* awaited(sleep(5000));
      return "meant to go on";
    });
    expect(reports).toEqual([]);
  });

  test("is not reported if it only cleans up, and then lets it pass", async () => {
    const reports = await reportsOf(function* () {
      try {
        yield* awaited(sleep(1000));
      } finally {
        yield* awaited(sleep(100));
      }
    });
    expect(reports).toEqual([]);
  });

  test("is not reported if it was that of a timeout or a task group", async () => {
    const reports = await reportsOf(function* () {
      try {
        yield* awaited(sleep(1000));
      } finally {
        try {
          yield* awaited(timeout(10).with(() => sleep(1000)));
        } catch {}
        yield* awaited(
          inGroup(function* (group) {
            group.cancel();
            yield* awaited(sleep(1000));
          }),
        );
      }
    });
    expect(reports).toEqual([]);
  });

  test("is not reported without debug mode", async () => {
    const reports = await reportsOf(function* () {
      try {
        yield* awaited(sleep(1000));
      } catch {}
      return "as if nothing had happened";
    }, false);
    expect(reports).toEqual([]);
  });
});

test("the report names the place that comes after the catch", async () => {
  const { reports } = await outcomeOf(
    async () => {
      const task = createTask(async function victim() {
        try {
          await sleep(1000);
        } catch {}
        await sleep(1);
      });
      await sleep(1);
      task.cancel();
      await task;
    },
    { debug: true },
  );
  const messages = reports.map((report) => report.message);
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatch(/It was caught before this call:\n.*swallowed\.test\.ts/s);
});

test("one that was taken back does not report a later one that is still cleaning up", async () => {
  const { reports } = await outcomeOf(
    async () => {
      const task = createTask(async () => {
        await timeout(10)
          .with(() => sleep(500))
          .catch(() => {});
        try {
          await sleep(5000);
        } finally {
          await sleep(20);
        }
      });
      await sleep(1005);
      task.cancel();
      await task.catch(() => {});
    },
    { debug: true },
  );
  expect(reports).toEqual([]);
});

test("a task that has ended by its cancellation is not reported a second later", async () => {
  const { reports } = await outcomeOf(
    async () => {
      const task = createTask(() => sleep(1000));
      await sleep(1);
      task.cancel();
      await task.catch(() => {});
      await sleep(5000);
    },
    { debug: true },
  );
  expect(reports).toEqual([]);
});

test("one that a child has swallowed is reported of the child, and not of the task that awaits it", async () => {
  const { reports } = await outcomeOf(
    async () => {
      const child = createTask(() => sleep(1000).catch(() => {}), { name: "child" });
      const parent = createTask(async () => await child, { name: "parent" });
      await sleep(1);
      parent.cancel();
      await parent;
    },
    { debug: true },
  );
  expect(reports.map(({ message }) => /'(.*?)'/.exec(message)?.[1])).toEqual(["child"]);
});

test("one that a child has answered with an error of its own is not reported, also through a gather", async () => {
  const { reports } = await outcomeOf(
    async () => {
      const child = createTask(() => sleep(1000).catch(() => Promise.reject(new Error("another"))));
      const parent = createTask(async () => await gather([child]).catch(() => "caught"));
      await sleep(1);
      parent.cancel();
      expect(await parent).toBe("caught");
    },
    { debug: true },
  );
  expect(reports).toEqual([]);
});

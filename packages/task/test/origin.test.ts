import { realTime } from "@asyncio-ts/future/internal";
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep, type Task, TaskGroup } from "@asyncio-ts/task";
import { awaited, bothKinds, runVirtual } from "@asyncio-ts/testkit";
import { afterEach, describe, expect, test, vi } from "vitest";
import { outsideGroups } from "../src/origin.js";

afterEach(() => {
  vi.restoreAllMocks();
});

function* poll(): Generator<never, void> {}

describe.each(bothKinds)("the origin of a task, in %s", ({ body }) => {
  test("is its function, the task that made it, and when", async () => {
    const now = 1234;
    vi.spyOn(realTime, "now").mockReturnValue(now);
    await runVirtual(
      body(function* () {
        const maker = createTask(
          body(function* () {
            return createTask(poll).origin;
          }),
          { name: "maker" },
        );
        const origin = yield* awaited(maker);
        expect(origin).toMatchObject({
          functionName: "poll",
          maker: "maker",
          time: now,
          origins: outsideGroups,
        });
      }),
    );
  });

  test("is shared by the tasks that the same code makes of one function", async () => {
    vi.spyOn(realTime, "now").mockReturnValue(0);
    await runVirtual(
      body(function* () {
        const tasks = [poll, poll, function other() {}, poll].map((each) => createTask(each as typeof poll));
        const [first, second, other, last] = tasks.map(({ origin }) => origin);
        expect([second === first, other === first, last === first]).toEqual([true, false, false]);
        expect(last).toEqual(first);
        yield* awaited(sleep(0));
      }),
    );
  });

  test("is that of another slice, or of another maker, for a task of its own", async () => {
    let now = 0;
    vi.spyOn(realTime, "now").mockImplementation(() => now);
    await runVirtual(
      body(function* () {
        const first = createTask(poll);
        now = 100;
        yield* awaited(sleep(1000));
        const other = createTask(
          body(function* () {
            return createTask(poll).origin;
          }),
        );
        // The latest one that was made, before the other task begins.
        const later = createTask(poll);
        const byOther = yield* awaited(other);
        expect([first, later].map(({ origin }) => origin.time)).toEqual([0, 100]);
        expect(byOther.maker).not.toBe(later.origin.maker);
      }),
    );
  });

  test("is the group of a task, and no maker", async () => {
    await runVirtual(
      body(function* () {
        const groups = [new TaskGroup(), new TaskGroup()];
        const made: Task<void>[] = [];
        for (const group of groups) {
          yield* awaited(
            group.with(
              body(function* () {
                made.push(group.createTask(poll), group.createTask(poll));
              }),
            ),
          );
        }
        expect(made.map(({ origin }) => [origin.origins, origin.maker])).toEqual(
          [0, 0, 1, 1].map((index) => [groups[index], undefined]),
        );
      }),
    );
  });

  test("learns the function from the coroutine object that a body without a name returns", async () => {
    const fetchPage = coroutine(body(function* fetchPage() {}));
    await runVirtual(
      body(function* () {
        const tasks = [createTask(() => fetchPage()), createTask(() => fetchPage())];
        const shared = tasks[0]?.origin;
        yield* awaited(sleep(0));
        expect(tasks.map(({ origin }) => origin.functionName)).toEqual(["fetchPage", "fetchPage"]);
        expect(tasks[1]?.origin).toBe(tasks[0]?.origin);
        expect(shared?.functionName).toBe("");
      }),
    );
  });
});

test("an origin does not refer to the task that made it, which it would keep alive", async () => {
  await runVirtual(async () => {
    const origin = await createTask(async () => createTask(poll).origin, { name: "maker" });
    expect({ ...origin }).toEqual({
      functionName: "poll",
      maker: "maker",
      time: expect.any(Number) as number,
      origins: outsideGroups,
      renamed: undefined,
    });
  });
});

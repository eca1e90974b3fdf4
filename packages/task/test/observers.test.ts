import { Future } from "@asyncio-ts/future";
import { type contract, slot } from "@asyncio-ts/future/internal";
import { type EventLoop, newEventLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { createTask, currentTask, run, sleep, Task, TaskGroup, timeout } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, outcomeOf, runVirtual } from "@asyncio-ts/testkit";
import { afterEach, describe, expect, test } from "vitest";

const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
  expect([slot.observer, slot.waits === slot.checks]).toEqual([undefined, true]);
});

/** Observes until the end of the test, or of what it returns. */
function observe(observer: contract.Observer): () => void {
  const end = (slot.observe as NonNullable<typeof slot.observe>)(observer);
  ends.push(end);
  return end;
}

/** An observer that writes down what it is told, each task by its name. */
function scribe(events: string[]): contract.Observer {
  const nameOf = (value: unknown): string => (value instanceof Task ? value.name : String(value));
  const ownerOf = (runnable: contract.Runnable): string =>
    nameOf(runnable instanceof Task ? runnable : (runnable.awaiter ?? "a callback"));
  return {
    taskMade: (task) => events.push(`made ${nameOf(task)}`),
    turnBegins: (runnable) => events.push(`turn of ${ownerOf(runnable)}`),
    turnEnded: () => events.push("turn ended"),
    sliceBegins() {},
    scheduled: (runnable) => events.push(`scheduled ${ownerOf(runnable)}`),
    waitBegins: (target, awaiter) => events.push(`${nameOf(awaiter)} waits for ${nameOf(target)}`),
    cancelRequested: (task, message, owner) =>
      events.push(`cancel ${nameOf(task)} ${message} ${owner?.constructor.name}`),
    taskEnded: (task) => events.push(`ended ${nameOf(task)}`),
  };
}

/** Runs a program, and returns what an observer was told. */
async function told(main: () => unknown): Promise<string[]> {
  const events: string[] = [];
  observe(scribe(events));
  await runVirtual(main as () => Promise<void>);
  return events;
}

describe.each(bothKinds)("observers of tasks, in %s", (kind) => {
  const { body } = kind;

  test("are told of the making, the steps, the waits and the end, in the order in which they happen", async () => {
    let future: Future<string> | undefined;
    const child = body(function* () {
      yield* awaited((future = new Future<string>()));
      yield* awaited(sleep(5));
    });
    const events = await told(
      body(function* () {
        (currentTask() as Task<unknown>).name = "main";
        const task = createTask(child, { name: "child" });
        yield* awaited(sleep(0));
        future?.setResult("value");
        yield* awaited(task);
      }),
    );
    const from = events.indexOf("scheduled child");
    expect(events.slice(from, events.lastIndexOf("turn of main") + 1)).toEqual([
      "scheduled child",
      "made child",
      "scheduled main",
      // A generator is told the next iteration alone.
      ...(kind === bothKinds[0] ? ["main waits for <sleep(0)>"] : []),
      "turn ended",
      "turn of child",
      "child waits for <Future pending>",
      "turn ended",
      "turn of main",
      "scheduled child",
      "main waits for child",
      "turn ended",
      "turn of child",
      "child waits for <sleep(5) pending>",
      "turn ended",
      "turn of a callback",
      "scheduled child",
      "turn ended",
      "turn of child",
      "scheduled main",
      "ended child",
      "turn ended",
      "turn of main",
    ]);
  });

  test("are told who asks for a cancellation: the program, a timeout, a group", async () => {
    const forever = body(function* () {
      yield* awaited(sleep(1_000_000));
    });
    const events = await told(
      body(function* () {
        (currentTask() as Task<unknown>).name = "main";
        const task = createTask(forever, { name: "one" });
        yield* awaited(sleep(1));
        task.cancel("enough");
        yield* errorOf(task);
        yield* errorOf(timeout(10).with(forever));
        yield* awaited(
          new TaskGroup().with(
            body(function* (group: TaskGroup) {
              group.createTask(forever, { name: "two" });
              yield* awaited(sleep(1));
              group.cancel();
            }),
          ),
        );
      }),
    );
    expect(events.filter((event) => /^(cancel|ended)/.test(event))).toEqual([
      "cancel one enough undefined",
      "ended one",
      "cancel main undefined Timeout",
      "cancel two undefined undefined",
      "cancel main undefined TaskGroup",
      "ended two",
      "ended main",
    ]);
  });

  test("are told of a task that begins at once, and of one that was cancelled before it began", async () => {
    const events = await told(
      body(function* () {
        createTask(
          body(function* () {}),
          { name: "eager", eagerStart: true },
        );
        const late = createTask(
          body(function* () {}),
          { name: "late" },
        );
        late.cancel();
        yield* errorOf(late);
      }),
    );
    expect(events.filter((event) => event.endsWith(" eager"))).toEqual(["made eager", "ended eager"]);
    expect(events.filter((event) => /(made|turn of|cancel|ended) late/.test(event))).toEqual([
      "made late",
      "cancel late undefined undefined",
      "turn of late",
      "ended late",
    ]);
  });
});

describe("observers", () => {
  test("are told of waits and ends between turns, when native promises resume a task", async () => {
    const events: string[] = [];
    let settle = (): void => {};
    const settled = new Promise<void>((resolve) => (settle = resolve));
    observe(scribe(events));
    const done = run(async function main() {
      (currentTask() as Task<unknown>).name = "main";
      await settled;
      events.push("resumed");
      await sleep(0);
    });
    await new Promise((resolve) => setImmediate(resolve));
    settle();
    await done;
    const from = events.indexOf("resumed");
    expect(events[from - 1]).toBe("turn ended");
    expect(events.slice(from, from + 3)).toEqual(["resumed", "scheduled main", "main waits for <sleep(0)>"]);
  });

  test("may be several; each is told until it is taken back, once or twice", async () => {
    const [first, second]: [string[], string[]] = [[], []];
    const endFirst = observe(scribe(first));
    const endSecond = observe(scribe(second));
    await runVirtual(async () => {
      await createTask(() => sleep(1), { name: "both" });
      endFirst();
      endFirst();
      await createTask(() => sleep(1), { name: "one" });
      endSecond();
      await createTask(() => sleep(1), { name: "none" });
    });
    const madeIn = (events: string[]): string[] => events.filter((event) => event.startsWith("ended"));
    expect([madeIn(first), madeIn(second)]).toEqual([["ended both"], ["ended both", "ended one"]]);
    const waits = (events: string[]): number =>
      events.filter((event) => event.includes(" waits for ")).length;
    expect([waits(first) > 1, waits(second) > waits(first)]).toEqual([true, true]);
  });

  test("see what goes on already, and loops that are made later", async () => {
    const events: string[] = [];
    let end = (): void => {};
    await runVirtual(async () => {
      const before = createTask(() => sleep(5), { name: "before" });
      await sleep(1);
      end = observe(scribe(events));
      await before;
      const other = newEventLoop();
      await other.runUntilComplete(createIn(other, "elsewhere"));
      other.close();
    });
    end();
    const of = (name: string): string[] => events.filter((event) => event.endsWith(` ${name}`));
    expect(of("before")).toEqual([
      expect.stringMatching(/waits for before$/),
      "scheduled before",
      "turn of before",
      "ended before",
    ]);
    expect(of("elsewhere")).toContain("turn of elsewhere");
    expect(events.filter((event) => event === "turn ended").length).toBe(
      events.filter((event) => event.startsWith("turn of")).length,
    );
  });

  test("see the turns of a loop without tasks: one that is made later, and the default loop", async () => {
    const turns: unknown[] = [];
    const before = new Future<void>();
    observe({ ...scribe([]), turnBegins: (runnable) => turns.push(runnable) });
    const loop = virtualLoop();
    const handle = loop.callSoon(() => loop.stop());
    await loop.runForever();
    loop.close();
    expect(turns).toEqual([handle]);
    const called = new Promise<void>((resolve) => before.addDoneCallback(() => resolve()));
    before.setResult();
    await called;
    expect(turns).toHaveLength(2);
  });

  test("are told nothing by loops once they are taken back, and loops are watched anew", async () => {
    const loop = virtualLoop();
    const turns: string[] = [];
    for (const name of ["first", "second"]) {
      const end = observe({ ...scribe([]), turnBegins: () => turns.push(name) });
      await loop.runUntilComplete(createIn(loop, name));
      end();
    }
    await loop.runUntilComplete(createIn(loop, "third"));
    loop.close();
    expect(new Set(turns)).toEqual(new Set(["first", "second"]));
  });

  test("and the reports of debug mode don't keep each other from what they are told", async () => {
    const events: string[] = [];
    observe(scribe(events));
    const outside = new Future<void>();
    const { reports } = await outcomeOf(
      async () => {
        setImmediate(() => outside.setResult());
        await outside;
      },
      { debug: true },
    );
    expect(reports.map(({ message }) => message)).toEqual([
      expect.stringContaining("which belongs to another event loop"),
    ]);
    expect(events).toContainEqual(expect.stringMatching(/ waits for <Future pending/));
  });
});

function createIn(loop: EventLoop, name: string): Task<void> {
  return new Task(() => sleep(1), loop, { name });
}

import type { Runnable } from "@asyncio-ts/future/lowlevel";
import { newEventLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { beforeEach, describe, expect, test } from "vitest";
import { Actors } from "../src/actors.js";
import { type Candidate, Candidates, isEndOfSleep, isWait } from "../src/candidates.js";
import { Handle, TimerHandle } from "../src/handle.js";

const { scheduler } = partsOf(newEventLoop());

let actors: Actors;
let candidates: Candidates;
let turn: number;
let now: number;

beforeEach(() => {
  actors = new Actors();
  candidates = new Candidates(1);
  turn = 0;
  now = 0;
});

const named = (name: string, runnable: Runnable) => actors.of(runnable, undefined, name);

/** Adds something that wakes a task. */
function wake(name: string): void {
  const runnable = { run() {}, target: () => ({ done: () => true }) };
  candidates.addReady(runnable, named(name, runnable), turn);
}

/** Adds the end of a `sleep(0)`. */
function tick(name: string): void {
  const runnable = { run() {}, target: () => undefined };
  candidates.addReady(runnable, named(name, runnable), turn);
}

function callback(name: string): void {
  const handle = new Handle(scheduler, () => {}, []);
  candidates.addReady(handle, named(name, handle), turn);
}

function timer(name: string, deadline: number): TimerHandle {
  const handle = new TimerHandle(scheduler, deadline, 0, () => {}, []);
  candidates.addTimer(handle, named(name, handle), turn);
  return handle;
}

function event(name: string): void {
  const runnable = { run() {} };
  candidates.addEvent(runnable, named(name, runnable), turn);
}

const options = (): string =>
  candidates
    .options(now, turn)
    .map(({ actor }) => actor.name)
    .join(" ");

/** Runs a candidate; `during` is what its turn makes. */
function run(name: string, during: () => void = () => {}): void {
  const chosen = candidates.options(now, turn).find(({ actor }) => actor.name === name) as Candidate;
  candidates.take(chosen);
  if (chosen.kind === "timer") {
    now = Math.max(now, chosen.deadline);
    candidates.moveDue(now, turn - 1);
  }
  during();
  turn++;
}

describe("what is ready", () => {
  test("may run in every order; the first is what became ready first", () => {
    wake("a");
    wake("b");
    callback("c");
    expect(options()).toBe("a b c");
    run("b");
    expect(options()).toBe("a c");
  });

  test("and yields comes after the others of the round before", () => {
    wake("a");
    wake("b");
    run("a", () => tick("a'"));
    expect(options()).toBe("b");
    run("b", () => tick("b'"));
    expect(options()).toBe("a' b'");
  });

  test("and does not yield may overtake the round before", () => {
    wake("a");
    wake("b");
    run("a", () => wake("a'"));
    expect(options()).toBe("b a'");
    run("a'", () => wake("a''"));
    expect(options()).toBe("b a''");
  });

  test("and spins does not keep anybody waiting", () => {
    wake("victim");
    callback("spinner 0");
    run("spinner 0", () => callback("spinner 1"));
    expect(options()).toBe("victim");
  });

  test("runs after it was passed over in a thousand turns", () => {
    wake("victim");
    wake("0");
    for (let i = 0; i < 1000; i++) run(String(i), () => wake(String(i + 1)));
    expect(options()).toBe("victim 1000");
    run("1000", () => wake("1001"));
    expect(options()).toBe("victim");
  });
});

describe("a timer", () => {
  test("comes when nothing is ready, in the order of deadlines", () => {
    timer("late", 20);
    timer("early", 10);
    wake("a");
    expect(options()).toBe("a");
    run("a");
    expect(options()).toBe("early");
  });

  test("comes in either order with one that ties, or nearly ties", () => {
    timer("a", 10);
    timer("b", 10);
    timer("c", 10.9);
    timer("d", 11);
    expect(options()).toBe("a b c");
    run("c");
    expect(now).toBe(10.9);
    expect(options()).toBe("a b");
  });

  test("that is due is ready behind those of its deadline, before what they wake", () => {
    timer("a", 10);
    timer("b", 10);
    turn++;
    run("a", () => wake("woken by a"));
    expect(options()).toBe("b woken by a");
  });

  test("never overtakes what was ready when it was set", () => {
    timer("t", 10);
    turn++;
    run("t", () => {
      wake("a");
      timer("next", 10.5);
    });
    expect(options()).toBe("a");
    run("a", () => wake("b"));
    expect(options()).toBe("b next");
  });

  test("that is taken back is no option, though it was due", () => {
    timer("a", 10);
    const [due, later] = [timer("b", 10), timer("c", 20)];
    turn++;
    run("a");
    candidates.removeTimer(due);
    candidates.removeTimer(later);
    expect([options(), candidates.isEmpty]).toEqual(["", true]);
  });

  test("that is taken back leaves the others, and what is ready", () => {
    wake("a");
    const gone = timer("gone", 20);
    timer("stays", 30);
    candidates.removeTimer(gone);
    candidates.removeTimer(gone);
    expect(options()).toBe("a");
    run("a");
    expect(options()).toBe("stays");
  });

  test("that another one makes due may overtake what was ready, and does not yield to it", () => {
    timer("first", 0.5);
    timer("second", 0.5);
    turn++;
    callback("yields");
    expect(options()).toBe("yields first second");
    run("first");
    expect(options()).toBe("yields second");
  });

  test("of infinite delay never comes", () => {
    timer("never", Infinity);
    expect([options(), candidates.isEmpty]).toEqual(["", true]);
  });
});

describe("an event from outside", () => {
  test("may come at any time, by itself before the next timer", () => {
    event("e");
    wake("a");
    timer("t", 10);
    expect(options()).toBe("a e");
    run("a");
    expect(options()).toBe("e t");
  });

  test("that comes when all wait for a timer may come just before it", () => {
    timer("t", 10);
    timer("late", 20);
    event("e");
    turn++;
    run("e", () => wake("a"));
    expect(options()).toBe("a t");
    run("a", () => wake("b"));
    expect(options()).toBe("b t");
    run("t");
    expect([options(), now]).toEqual(["b", 10]);
  });
});

test("what has a step to take is told", () => {
  wake("a");
  timer("t", 10);
  event("e");
  tick("b");
  expect(candidates.stepping().map(({ name }) => name)).toEqual(["a", "b"]);
});

describe("what is described", () => {
  const described = (inOrder = true): unknown => candidates.describe(({ actor }) => actor.name, inOrder);

  test("is all that can run some time: rounds, deadlines, and what runs before a timer", () => {
    wake("b");
    tick("a");
    turn++;
    timer("late", 20);
    timer("early", 10);
    wake("c");
    turn++;
    wake("behind the timers");
    event("y");
    event("x");
    expect(described()).toEqual([
      ["b ready 0 false", "a ready 0 true", "c ready 0 false", "behind the timers ready 0 false"],
      ["early 10 a,b,c", "late 20 a,b,c"],
      ["y", "x"],
      0,
    ]);
    expect(described(false)).toEqual([
      ["a ready 0 true", "b ready 0 false", "behind the timers ready 0 false", "c ready 0 false"],
      ["early 10 a,b,c", "late 20 a,b,c"],
      ["x", "y"],
      0,
    ]);
  });

  test("counts rounds from the earliest one", () => {
    wake("a");
    wake("b");
    run("a", () => wake("a'"));
    expect((described() as unknown[])[0]).toEqual(["b ready 0 false", "a' ready 1 false"]);
  });

  test("lists timers of one deadline in any order, if the order does not count", () => {
    timer("b", 10);
    timer("a", 10);
    expect([described(), described(false)].map((all) => (all as unknown[])[1])).toEqual([
      ["b 10 ", "a 10 "],
      ["a 10 ", "b 10 "],
    ]);
  });

  test("tells the deadline that came next when nothing was ready", () => {
    timer("t", 10);
    options();
    expect((described() as unknown[])[3]).toBe(10);
  });
});

describe("a runnable", () => {
  const wakeReason = Symbol.for("asyncio-ts.wakeReason");
  const runnable = (members: object): Runnable => ({ run() {}, ...members });

  test("is the end of a sleep if it is a timer that only wakes", () => {
    expect(isEndOfSleep(runnable({ deadline: 5, [wakeReason]: undefined }))).toBe(true);
    expect(isEndOfSleep(runnable({ deadline: 5 }))).toBe(false);
    expect(isEndOfSleep(runnable({ [wakeReason]: undefined }))).toBe(false);
  });

  test("is a wait if it has a target", () => {
    expect(isWait(runnable({ target: () => undefined }))).toBe(true);
    expect(isWait(runnable({ target: {} }))).toBe(false);
    expect(isWait(runnable({}))).toBe(false);
  });

  test("does not yield if it is neither a callback nor a wait", () => {
    const other = { run() {} };
    wake("first");
    run("first", () => {
      wake("a");
      candidates.addReady(other, named("other", other), turn);
    });
    run("a", () => candidates.addReady({ run() {} }, named("another", { run() {} }), turn));
    expect(options()).toBe("other another");
  });

  test("yields if it is a wait whose target is not done", () => {
    const target = { done: () => false };
    const waits = { run() {}, target: () => target };
    wake("first");
    run("first", () => {
      wake("a");
      candidates.addReady(waits, named("yields", waits), turn);
    });
    expect(options()).toBe("a yields");
    run("a", () => wake("a'"));
    expect(options()).toBe("yields a'");
    run("a'", () => candidates.addReady(waits, named("yields again", waits), turn));
    expect(options()).toBe("yields");
  });
});

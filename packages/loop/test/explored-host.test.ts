import { needing } from "@asyncio-ts/testkit/needing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ExploredHost } from "../src/explored-host.js";
import { ActiveResources } from "../src/outside.js";

/** Real milliseconds for which a host waits for the world outside. */
const PATIENCE = 5;

let events: string[];
let explored: { isEmpty: boolean; isOver: boolean; polled: boolean; exhausted(): void };
let host: ExploredHost;
let heard: Promise<void>;
/** Called with each event. */
let hear: () => void;

beforeEach(() => {
  events = [];
  const hearing = deferred();
  [heard, hear] = [hearing.promise, hearing.resolve];
  explored = { isEmpty: false, isOver: false, polled: false, exhausted: () => events.push("exhausted") };
  host = new ExploredHost(explored, PATIENCE);
  host.whenExhausted((certain) => {
    events.push(`told, ${certain ? "for certain" : "perhaps"}`);
    hear();
  });
});

afterEach(() => void vi.restoreAllMocks());

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

/** Lets the runtime handle its events so often. */
async function passEvents(times = 3): Promise<void> {
  for (let i = 0; i < times; i++) await new Promise((resolve) => setImmediate(resolve));
}

const poll = (): void => {
  events.push(`polled: ${explored.polled}`);
};

describe("an explored host", () => {
  test("calls back once the runtime has handled its events, and says so", async () => {
    host.wait(undefined, poll);
    expect([events, explored.polled]).toEqual([[], false]);
    await passEvents();
    expect(events).toEqual(["polled: true"]);
    // That wait is over.
    host.changed();
    await passEvents();
    expect(events).toEqual(["polled: true"]);
  });

  test("does not call back for a wait that has ended, nor if anything changes after that", async () => {
    host.wait(undefined, () => expect.unreachable())();
    host.changed();
    await passEvents();
    expect([events, explored.polled]).toEqual([[], false]);
  });

  test("waits anew if there is something else to wait for", async () => {
    explored.isEmpty = true;
    host.wait(undefined, poll);
    explored.isEmpty = false;
    host.changed();
    await passEvents();
    expect(events).toEqual(["polled: true"]);
  });

  test("calls back once, however often anything changes", async () => {
    host.wait(undefined, poll);
    host.changed();
    host.changed();
    await passEvents();
    expect(events).toEqual(["polled: true"]);
  });

  test("tells for certain that nothing comes after too many turns", async () => {
    Object.assign(explored, { isEmpty: true, isOver: true });
    host.wait(undefined, poll);
    expect(events).toEqual([]);
    await heard;
    expect(events).toEqual(["exhausted", "told, for certain"]);
  });

  test("tells nothing of a wait that has ended", async () => {
    Object.assign(explored, { isEmpty: true, isOver: true });
    host.wait(undefined, poll)();
    await passEvents();
    expect(events).toEqual([]);
  });

  test("tells what only this library could wake, and then, after its patience, for certain", async () => {
    explored.isEmpty = true;
    host.wait(undefined, poll);
    await heard;
    expect(events).toEqual(["exhausted", "told, perhaps"]);
    const certain = deferred();
    host.whenExhausted((isCertain) => isCertain && certain.resolve());
    await certain.promise;
    expect(events.slice(0, 4)).toEqual(["exhausted", "told, perhaps", "exhausted", "told, for certain"]);
  });

  test("is not patient if nothing has become active, for what only this library could wake", async () => {
    vi.spyOn(ActiveResources.prototype, "areAll").mockReturnValue(true);
    explored.isEmpty = true;
    host = new ExploredHost(explored, 60_000);
    const told = new Promise((resolve) => host.whenExhausted(resolve));
    const end = host.wait(undefined, poll);
    expect(await told).toBe(false);
    end();
  });

  const telling = needing("list of what holds the process, with its threads");

  test("waits for what has become active", telling, async () => {
    explored.isEmpty = true;
    host = new ExploredHost(explored, 60_000);
    const forget = host.whenExhausted(() => expect.unreachable());
    const timer = setTimeout(() => {}, 60_000);
    const end = host.wait(undefined, poll);
    await passEvents();
    end();
    forget();
    clearTimeout(timer);
    expect(events).toEqual([]);
  });

  test("does not tell for certain if the wait ends when it is told", async () => {
    explored.isEmpty = true;
    const end = host.wait(undefined, poll);
    const forget = host.whenExhausted(() => end());
    await heard;
    // That of another host, which has begun later, comes later.
    const other = new ExploredHost({ ...explored, exhausted() {} }, PATIENCE);
    const certain = deferred();
    other.whenExhausted((isCertain) => isCertain && certain.resolve());
    other.wait(undefined, poll);
    await certain.promise;
    forget();
    expect(events).toEqual(["exhausted", "told, perhaps"]);
  });
});

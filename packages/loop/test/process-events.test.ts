import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { newEventLoop } from "@asyncio-ts/loop";
import { describe, expect, test } from "vitest";
import { onProcessEvent, sharedListeners } from "../src/process-events.js";

describe("onProcessEvent", () => {
  test("one listener serves all callbacks, in order, for as long as there are any", () => {
    const source = new EventEmitter();
    const events: string[] = [];
    const listen = (name: string): (() => void) => onProcessEvent(source, "event", () => events.push(name));
    const ends = ["a", "b", "c"].map(listen);
    expect([source.listenerCount("event"), sharedListeners(source, "event")]).toEqual([1, 1]);
    source.emit("event");
    ends[1]?.();
    ends[1]?.();
    source.emit("event");
    expect(events).toEqual(["a", "b", "c", "a", "c"]);
    ends[0]?.();
    ends[2]?.();
    expect([source.listenerCount("event"), sharedListeners(source, "event")]).toEqual([0, 0]);
    listen("d")();
    expect(source.listenerCount("event")).toBe(0);
  });

  test("a callback may end others, and add some, while an event is handled", () => {
    const source = new EventEmitter();
    const events: string[] = [];
    const end = onProcessEvent(source, "event", () => {
      events.push("first");
      end();
      onProcessEvent(source, "event", () => events.push("added"));
    });
    source.emit("event");
    source.emit("event");
    expect(events).toEqual(["first", "added"]);
  });

  test("the source is asked outside the context of the first callback, which a listener would keep alive", () => {
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const source = { on: () => seen.push(store.getStore()), off: () => {} };
    store.run("the first one's", () => onProcessEvent(source, "event", () => {}))();
    expect(seen).toEqual([undefined]);
  });

  test("a source that refuses the event leaves nothing behind", () => {
    const source = {
      on: () => {
        throw new Error("no such event");
      },
      off: () => expect.unreachable(),
    };
    expect(() => onProcessEvent(source, "event", () => {})).toThrow("no such event");
    expect(sharedListeners(source, "event")).toBe(0);
  });
});

test("many loops need one listener for a signal, and each calls its handler in the context that set it", async ({
  skip,
}) => {
  skip(process.platform === "win32", "Windows has no SIGUSR2");
  const store = new AsyncLocalStorage<number>();
  const before = process.listenerCount("SIGUSR2");
  const seen: unknown[] = [];
  const loops = Array.from({ length: 20 }, (_, i) => {
    const loop = newEventLoop();
    store.run(i, () =>
      loop.addSignalHandler("SIGUSR2", () => {
        seen.push(store.getStore());
        loop.stop();
      }),
    );
    return loop;
  });
  expect(process.listenerCount("SIGUSR2")).toBe(before + 1);
  const running = loops.map((loop) => loop.runForever());
  process.emit("SIGUSR2");
  await Promise.all(running);
  for (const loop of loops) loop.close();
  expect(seen).toEqual(Array.from(loops, (_, i) => i));
  expect(process.listenerCount("SIGUSR2")).toBe(before);
});

import { virtualLoop } from "@asyncio-ts/loop/testing";
import { describe, expect, test } from "vitest";
import { fakeLoop } from "./fake-host.js";

describe("signal handlers", () => {
  test("they are called in the loop, with their arguments, for each signal.", () => {
    const { loop, host } = fakeLoop();
    const events: string[] = [];
    loop.addSignalHandler("SIGHUP", (word: string) => events.push(word), "hangup");
    host.signals.get("SIGHUP")?.();
    events.push("not at once");
    host.flush();
    host.signals.get("SIGHUP")?.();
    host.flush();
    expect(events).toEqual(["not at once", "hangup", "hangup"]);
  });

  test("a second one takes the place of the first, and it can be taken off.", () => {
    const { loop, host } = fakeLoop();
    const events: string[] = [];
    loop.addSignalHandler("SIGHUP", () => events.push("first"));
    loop.addSignalHandler("SIGHUP", () => events.push("second"));
    host.signals.get("SIGHUP")?.();
    host.flush();
    expect(events).toEqual(["second"]);
    expect(loop.removeSignalHandler("SIGHUP")).toBe(true);
    expect(loop.removeSignalHandler("SIGHUP")).toBe(false);
    expect(host.signals.size).toBe(0);
  });

  test("they listen to the signals of the process.", async () => {
    const loop = virtualLoop();
    const before = process.listenerCount("SIGUSR2");
    const events: string[] = [];
    loop.addSignalHandler("SIGUSR2", () => {
      events.push("signal");
      loop.stop();
    });
    loop.callSoon(() => process.emit("SIGUSR2"));
    await loop.runForever();
    loop.close();
    expect(events).toEqual(["signal"]);
    expect(process.listenerCount("SIGUSR2")).toBe(before);
  });
});

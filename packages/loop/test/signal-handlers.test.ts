import { EventLoop, newEventLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { fakeLoop } from "@asyncio-ts/testkit/hosts";
import { describe, expect, test } from "vitest";

describe("signal handlers", () => {
  test("they are called in the loop, with their arguments, for each signal", () => {
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

  test("a second one takes the place of the first, and it can be taken off", () => {
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

  test("only one that the program has set could wake it", () => {
    const { loop } = fakeLoop();
    const { signals } = partsOf(loop);
    signals.setDefault("SIGINT", () => {});
    const seen = [signals.hasSet];
    loop.addSignalHandler("SIGINT", () => {});
    seen.push(signals.hasSet);
    loop.removeSignalHandler("SIGINT");
    expect([...seen, signals.hasSet]).toEqual([false, true, false]);
  });

  test("they listen to the signals of the process", async ({ skip }) => {
    skip(process.platform === "win32", "Windows has no SIGUSR2");
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

  test("the end of a default handler leaves the one that has taken its place", () => {
    const { host, signals } = fakeLoop();
    const events: string[] = [];
    const endFirst = signals.setDefault("SIGHUP", () => events.push("first"));
    const endSecond = signals.setDefault("SIGHUP", () => events.push("second"));
    endFirst();
    host.signals.get("SIGHUP")?.();
    expect(events).toEqual(["second"]);
    endSecond();
    expect(host.signals.size).toBe(0);
  });

  test("a signal that comes when the last handler has gone is nobody's", () => {
    const { host, signals } = fakeLoop();
    const end = signals.setDefault("SIGHUP", () => expect.unreachable());
    const raise = host.signals.get("SIGHUP") as () => void;
    end();
    // The process calls all listeners that it had when the signal came.
    expect(raise).not.toThrow();
  });

  test("the default handler is called where the program has none of its own", () => {
    const { loop, host, signals } = fakeLoop();
    const events: string[] = [];
    const raise = (): void => {
      host.signals.get("SIGHUP")?.();
      host.flush();
    };
    const end = signals.setDefault("SIGHUP", () => events.push("default"));
    expect(loop.removeSignalHandler("SIGHUP")).toBe(false);
    raise();
    loop.addSignalHandler("SIGHUP", () => events.push("own"));
    raise();
    loop.removeSignalHandler("SIGHUP");
    raise();
    loop.addSignalHandler("SIGHUP", () => events.push("own"));
    end();
    raise();
    expect(events).toEqual(["default", "own", "default", "own"]);
    loop.removeSignalHandler("SIGHUP");
    expect(host.signals.size).toBe(0);
  });

  test.each(["boom", "SIGNIT", "exit", ""])("there is no signal %j to handle", (signal) => {
    const loop = new EventLoop();
    expect(() => loop.addSignalHandler(signal, () => {})).toThrow(/signal/);
    loop.close();
  });

  test("a handler must be a function, for a signal that can be handled", () => {
    const loop = newEventLoop();
    expect(() => loop.addSignalHandler("SIGKILL", () => {})).toThrow();
    expect(loop.removeSignalHandler("SIGKILL")).toBe(false);
    expect(() => loop.addSignalHandler("SIGUSR2", 1 as unknown as () => void)).toThrow(
      /^addSignalHandler\(\) needs a function, got 1/,
    );
    expect(() => loop.addSignalHandler(2 as unknown as string, () => {})).toThrow(
      new TypeError('addSignalHandler() needs the name of a signal, such as "SIGINT", got 2'),
    );
    loop.close();
  });
});

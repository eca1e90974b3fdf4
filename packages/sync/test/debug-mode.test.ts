/**
 * Everything of this package that is awaited, in debug mode, where coroutine objects are watched as they are
 * made.
 */
import type { Coroutine } from "@asyncio-ts/coroutine";
import type { ExceptionContext } from "@asyncio-ts/future";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { Barrier, BoundedSemaphore, Condition, Event, Lock, Queue, Semaphore } from "@asyncio-ts/sync";
import { run } from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";

const body = async (): Promise<string> => "done";
const set = (): Event => {
  const event = new Event();
  event.set();
  return event;
};
const filled = (): Queue<string> => {
  const queue = new Queue<string>();
  queue.putNowait("done");
  return queue;
};

const calls: readonly (readonly [name: string, call: () => Coroutine<unknown>])[] = [
  ["Lock.acquire", () => new Lock().acquire()],
  ["Lock.with", () => new Lock().with(body)],
  ["Semaphore.acquire", () => new Semaphore().acquire()],
  ["Semaphore.with", () => new Semaphore().with(body)],
  ["BoundedSemaphore.acquire", () => new BoundedSemaphore().acquire()],
  ["BoundedSemaphore.with", () => new BoundedSemaphore().with(body)],
  ["Condition.with", () => new Condition().with(body)],
  ["Barrier.wait", () => new Barrier(1).wait()],
  ["Barrier.with", () => new Barrier(1).with(body)],
  ["Event.wait", () => set().wait()],
  ["Queue.put", () => new Queue<string>().put("item")],
  ["Queue.get", () => filled().get()],
  ["Queue.join", () => new Queue<string>().join()],
];

/** Returns what a program in debug mode reports. */
async function reportsOf(main: () => Promise<unknown>): Promise<string[]> {
  const reports: ExceptionContext[] = [];
  const loop = virtualLoop();
  loop.setExceptionHandler((_, context) => reports.push(context));
  // The length of a turn depends on the machine, and is not what is looked for.
  loop.slowCallbackDuration = Infinity;
  await run(main, { loopFactory: () => loop, debug: true });
  return reports.map(({ message }) => message);
}

describe.each(calls)("in debug mode, %s()", (name, call) => {
  test("works, and nothing is reported", async () => {
    const outside = await call();
    expect(
      await reportsOf(async () => {
        expect(typeof (await call())).toBe(typeof outside);
      }),
    ).toEqual([]);
  });

  test("that nobody awaits is reported with its name", async () => {
    expect(await reportsOf(async () => void call())).toEqual([
      expect.stringContaining(`coroutine ${name}() was never awaited`),
    ]);
  });
});

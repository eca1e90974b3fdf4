/**
 * Wrong arguments of every public function of this package: each is a clear error, or does what is
 * documented.
 */
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  LifoQueue,
  Lock,
  PriorityQueue,
  Queue,
  Semaphore,
} from "@asyncio-ts/sync";
import { describe, expect, test } from "vitest";
import { acceptedBy, type Call, type Junk, junk } from "@asyncio-ts/testkit";

const everything = Object.keys(junk) as Junk[];
const bodies: Junk[] = ["function"];
const options: Junk[] = ["undefined", "object", "date", "async generator"];
const flags: Junk[] = ["undefined", "true"];

const calls: Call[] = [
  ["Lock.with()", bodies, (x) => new Lock().with(x)],
  ["Semaphore.with()", bodies, (x) => new Semaphore().with(x)],
  ["Condition.with()", bodies, (x) => new Condition().with(x)],
  ["Barrier.with()", bodies, (x) => new Barrier(1).with(x)],
  ["new Semaphore()", ["undefined"], (x) => new Semaphore(x)],
  ["new BoundedSemaphore()", ["undefined"], (x) => new BoundedSemaphore(x)],
  ["new Barrier()", [], (x) => new Barrier(x)],
  ["new Condition()", ["undefined"], (x) => new Condition(x)],
  [
    "notify()",
    ["undefined", "-1", "0.5"],
    (x) => {
      const condition = new Condition();
      return condition.with(() => condition.notify(x));
    },
  ],
  [
    "waitFor()",
    [],
    (x) => new Condition().waitFor(typeof x === "function" ? ((() => Promise.resolve()) as never) : x),
  ],
  ["new Queue()", [...options, "-1", "0.5"], (x) => new Queue(x)],
  ["new LifoQueue()", ["undefined", "-1", "0.5"], (x) => new LifoQueue({ maxsize: x })],
  ["shutdown()", options, (x) => new Queue().shutdown(x)],
  ["shutdown()", flags, (x) => new Queue().shutdown({ immediate: x })],
  ["Queue.put()", everything, (x) => new Queue().put(x)],
  ["PriorityQueue.put()", everything, (x) => new PriorityQueue().put(x)],
];

test.each(calls.map((call, index) => [call[0], index, call] as const))(
  "%s accepts what it can use, and says of all else what is wrong (row %i)",
  async (_name, _index, call) => {
    expect(await acceptedBy(call)).toEqual(everything.filter((kind) => call[1].includes(kind)));
  },
);

describe("in the console", () => {
  test("guards show what they hold, and not their fields", async () => {
    const guard = await new Lock().acquire();
    expect(String(guard)).toBe("<Guard of <Lock locked, 0 waiting>>");
    guard.release();
    expect(String(guard)).toBe("<Guard released>");
  });
});

/**
 * Wrong arguments of every public function of this package: each is a clear error, or does what is documented.
 */
import { EventEmitter } from "node:events";
import {
  all,
  Broadcast,
  interval,
  iterate,
  map,
  merge,
  moveOnAfter,
  race,
  RateLimiter,
  retry,
} from "@asyncio-ts/flow";
import { acceptedBy, type Call, type Junk, junk } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";

const everything = Object.keys(junk) as Junk[];
const bodies: Junk[] = ["function"];
const options: Junk[] = ["undefined", "object", "date", "async generator"];
const items: Junk[] = ["array", "async generator"];

const calls: Call[] = [
  ["all()", ["array"], (x) => all(x)],
  ["all()", bodies, (x) => all([x])],
  ["race()", [], (x) => race(x)],
  ["race()", bodies, (x) => race([x])],
  ["map()", items, (x) => map(x, () => 1, { limit: 1 }).each(() => {})],
  ["map()", bodies, (x) => map([1], x, { limit: 1 }).each(() => {})],
  ["map()", [], (x) => map([1], () => 1, x)],
  ["map()", [], (x) => map([1], () => 1, { limit: x })],
  ["map()", ["undefined", "true"], (x) => map([1], () => 1, { limit: 1, ordered: x })],
  ["map.each()", bodies, (x) => map([1], () => 1, { limit: 1 }).each(x)],
  ["retry()", bodies, (x) => retry(x)],
  ["retry()", options, (x) => retry(() => 1, x)],
  ["retry()", ["undefined"], (x) => retry(() => 1, { attempts: x })],
  ["retry()", ["undefined", "-1", "0.5"], (x) => retry(() => 1, { delay: x })],
  ["retry()", ["undefined", "0.5"], (x) => retry(() => 1, { factor: x })],
  ["retry()", ["undefined", "-1", "0.5"], (x) => retry(() => 1, { maxDelay: x })],
  ["retry()", ["undefined", "0.5"], (x) => retry(() => 1, { jitter: x })],
  ["when of retry()", ["undefined", "function"], (x) => retry(() => 1, { when: x })],
  ["interval()", ["0.5"], (x) => interval(x).return()],
  ["new RateLimiter()", [], (x) => new RateLimiter(x, 1)],
  ["new RateLimiter()", ["0.5"], (x) => new RateLimiter(1, x)],
  ["RateLimiter.with()", bodies, (x) => new RateLimiter(1, 1).with(x)],
  ["moveOnAfter()", ["null", "-1", "0.5"], (x) => moveOnAfter(x)],
  ["MoveOnAfter.with()", bodies, (x) => moveOnAfter(1).with(x)],
  ["iterate()", items, (x) => iterate(x).each(() => {})],
  ["iterate()", [], (x) => iterate(x, "event")],
  ["iterate()", ["text", "symbol"], (x) => iterate(new EventEmitter(), x as string)],
  ["merge()", ["array"], (x) => merge(x).each(() => {})],
  ["merge()", items, (x) => merge([x]).each(() => {})],
  ["subscribe()", options, (x) => new Broadcast().subscribe(x)],
  ["subscribe()", ["undefined"], (x) => new Broadcast().subscribe({ maxsize: x })],
  ["subscribe()", ["undefined"], (x) => new Broadcast().subscribe({ whenFull: x })],
  ["shutdown()", options, (x) => new Broadcast().shutdown(x)],
  ["shutdown()", ["undefined", "true"], (x) => new Broadcast().shutdown({ immediate: x })],
  ["send()", everything, (x) => new Broadcast().send(x)],
];

test.each(calls.map((call, index) => [call[0], index, call] as const))(
  "%s accepts what it can use, and says of all else what is wrong (row %i)",
  async (_name, _index, call) => {
    expect(await acceptedBy(call)).toEqual(everything.filter((kind) => call[1].includes(kind)));
  },
);

describe("errors that say what to write instead:", () => {
  test.each([
    ["a promise as a body", () => all([Promise.resolve() as never]), "write `() => f()` instead of `f()`"],
    ["bodies given one by one", () => all((() => {}) as never), "write all([f, g])"],
    ["a race of nothing", () => race([]), "race() needs at least one body"],
    ["no limit", () => map([1], () => 1, {} as never), "write map(items, fn, { limit: 10 })"],
    ["a promise of items", () => map(Promise.resolve([1]) as never, () => 1, { limit: 1 }), "await it first"],
    ["a promise to retry", () => retry(Promise.resolve() as never), "write retry(() => f())"],
    ["half an attempt", () => retry(() => 1, { attempts: 1.5 }), "attempts to be a whole number, got 1.5"],
    ["one source alone", () => merge(1 as never), "write merge([a, b])"],
  ])("%s", (_what, call, text) => {
    expect(call).toThrow(text);
  });

  test("an emitter without an event", () => {
    expect(() => iterate(new EventEmitter() as never)).toThrow('write iterate(emitter, "data")');
  });
});

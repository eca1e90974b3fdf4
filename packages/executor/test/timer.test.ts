import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { setIdleTimer } from "../src/timer.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("calls back when the time is over, and keeps nothing open", () => {
  const events: string[] = [];
  const timer = setIdleTimer(() => events.push("over"), 20);
  expect(timer?.hasRef()).toBe(false);
  vi.advanceTimersByTime(19);
  expect(events).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(events).toEqual(["over"]);
});

it.each([2 ** 31, Infinity])("never calls back after %d ms, which no timer can wait", (milliseconds) => {
  expect(setIdleTimer(() => expect.unreachable(), milliseconds)).toBe(undefined);
  expect(vi.getTimerCount()).toBe(0);
});

import { isCancelled } from "@asyncio-ts/future";
import { rejectionOf } from "@asyncio-ts/testkit";
import { describe, expect, it, vi } from "vitest";
import { threadCloneCheck } from "../src/clone.js";
import type { FromWorker } from "../src/messages.js";
import { OutgoingCalls } from "../src/outgoing-calls.js";
import { pack } from "../src/packed.js";

/** Calls, and what was sent. */
function open() {
  const sent: FromWorker[] = [];
  const calls = new OutgoingCalls((message) => void sent.push(message));
  return { sent, calls };
}

/** Tells whether a promise is settled once all that is queued has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => void (settled = true);
  promise.then(settle, settle);
  await new Promise(setImmediate);
  return settled;
}

describe("the calls of a worker", () => {
  it("are numbered, and settled by the answer of their number, in any order", async () => {
    const { sent, calls } = open();
    const first = calls.call("f", [1], undefined);
    const second = calls.call("g", [], undefined);
    expect(sent).toEqual([
      { type: "call", id: 1, name: "f", args: [1] },
      { type: "call", id: 2, name: "g", args: [] },
    ]);
    calls.answered({
      type: "refusal",
      id: 2,
      error: pack(new RangeError("no"), threadCloneCheck),
      isCancelled: false,
    });
    calls.answered({ type: "answer", id: 1, value: "yes" });
    expect(await first).toBe("yes");
    await expect(second).rejects.toThrow(new RangeError("no"));
  });

  it("stay pending when their job ends, and an answer that crosses it settles no later call", async () => {
    const { sent, calls } = open();
    const controller = new AbortController();
    const left = calls.call("f", [], controller.signal);
    calls.jobEnded();
    const next = calls.call("f", [], undefined);
    calls.answered({ type: "answer", id: 1, value: "for the job before" });
    controller.abort();
    expect([await isSettled(left), await isSettled(next)]).toEqual([false, false]);
    expect(sent.map(({ type }) => type)).toEqual(["call", "call"]);
    calls.answered({ type: "answer", id: 2, value: "for this one" });
    expect(await next).toBe("for this one");
  });

  it("that a signal has cancelled take no answer any more", async () => {
    const { sent, calls } = open();
    const controller = new AbortController();
    const call = calls.call("f", [], controller.signal);
    controller.abort(new Error("enough"));
    calls.answered({ type: "answer", id: 1, value: "too late" });
    await expect(call).rejects.toThrow("enough");
    expect(sent).toEqual([
      { type: "call", id: 1, name: "f", args: [] },
      { type: "cancel", id: 1, message: "enough" },
    ]);
  });

  it("that were cancelled with anything but an error are cancelled without a message", async () => {
    const { sent, calls } = open();
    const controller = new AbortController();
    const call = calls.call("f", [], controller.signal);
    controller.abort("enough");
    await expect(call).rejects.toBe("enough");
    expect(sent[1]).toEqual({ type: "cancel", id: 1, message: undefined });
  });

  it("do not begin if their signal was aborted before", async () => {
    const { sent, calls } = open();
    await expect(calls.call("f", [], AbortSignal.abort(new Error("before")))).rejects.toThrow("before");
    expect(sent).toEqual([]);
  });

  it("are told from others by the brand of a cancellation if the service was cancelled", async () => {
    const { calls } = open();
    const answers = [true, false].map((isCancelled, i) => {
      const call = calls.call("f", [], undefined);
      const error = pack(Object.assign(new Error("not today"), { name: "CancelledError" }), threadCloneCheck);
      calls.answered({ type: "refusal", id: i + 1, error, isCancelled });
      return rejectionOf(call);
    });
    expect((await Promise.all(answers)).map(isCancelled)).toEqual([true, false]);
  });

  it("that have their answer listen to their signal no longer, nor after their job", async () => {
    const { sent, calls } = open();
    const controller = new AbortController();
    const removed = vi.spyOn(controller.signal, "removeEventListener");
    const answered = calls.call("f", [], controller.signal);
    calls.answered({ type: "answer", id: 1, value: 1 });
    expect([await answered, removed.mock.calls.length]).toEqual([1, 1]);
    void calls.call("f", [], controller.signal);
    calls.jobEnded();
    calls.jobEnded();
    expect(removed.mock.calls.length).toBe(2);
    controller.abort();
    expect(sent.map(({ type }) => type)).toEqual(["call", "call"]);
  });

  it("that can't be sent are none", async () => {
    const calls = new OutgoingCalls(() => {
      throw new TypeError("can't be sent");
    });
    const controller = new AbortController();
    await expect(calls.call("f", [], controller.signal)).rejects.toThrow("can't be sent");
    // Nothing is sent for it.
    controller.abort();
  });
});

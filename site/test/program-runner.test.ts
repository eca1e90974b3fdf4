import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FromWorker, Look, ToWorker } from "../src/messages.js";
import { type End, ProgramRunner } from "../src/program-runner.js";

const look: Look = { trace: {} as Look["trace"], states: [] };

/** A worker that does what the test says. */
class FakeWorker extends EventTarget {
  readonly received: string[] = [];
  isEnded = false;
  answers = true;

  postMessage(message: ToWorker): void {
    this.received.push(message.kind);
    if (message.kind === "look" && this.answers) this.send({ kind: "look", ...look });
  }

  terminate(): void {
    this.isEnded = true;
  }

  send(data: FromWorker): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }
}

let worker: FakeWorker;
let ends: End[];
let lines: string[];
let runner: ProgramRunner;

beforeEach(() => {
  vi.useFakeTimers();
  worker = new FakeWorker();
  ends = [];
  lines = [];
  runner = new ProgramRunner(worker as unknown as Worker, "code", "real", {
    line: ({ text }) => void lines.push(text),
    look: () => {},
    ended: (end) => void ends.push(end),
  });
});

afterEach(() => {
  runner.drop();
  vi.useRealTimers();
});

describe("ProgramRunner", () => {
  it("runs the program once the worker is ready, and ends the worker with it", () => {
    expect(worker.received).toEqual([]);
    worker.send({ kind: "ready" });
    expect(worker.received).toEqual(["run", "look"]);
    worker.send({ kind: "line", isError: false, text: "hello", time: 0 });
    worker.send({ kind: "ended", outcome: "finished", failure: undefined, ...look });
    expect(lines).toEqual(["hello"]);
    expect(ends).toMatchObject([{ outcome: "finished" }]);
    expect(worker.isEnded).toBe(true);
  });

  it("leaves a worker that answers alone", () => {
    worker.send({ kind: "ready" });
    vi.advanceTimersByTime(60_000);
    expect(ends).toEqual([]);
  });

  it("ends a worker that gives no sign for three seconds", () => {
    worker.send({ kind: "ready" });
    vi.advanceTimersByTime(1000);
    worker.answers = false;
    vi.advanceTimersByTime(2900);
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(300);
    expect(ends).toMatchObject([{ outcome: "hung" }]);
    expect(worker.isEnded).toBe(true);
  });

  it("asks a worker that does not answer only once", () => {
    worker.answers = false;
    worker.send({ kind: "ready" });
    vi.advanceTimersByTime(2000);
    expect(worker.received).toEqual(["run", "look"]);
  });

  it("asks a program to stop, and ends it at the second time", () => {
    worker.send({ kind: "ready" });
    runner.stop();
    expect(worker.received).toContain("stop");
    expect(ends).toEqual([]);
    runner.stop();
    expect(ends).toMatchObject([{ outcome: "killed" }]);
  });

  it("stops a program that has not begun as soon as it begins", () => {
    runner.stop();
    worker.send({ kind: "ready" });
    expect(worker.received.slice(-3)).toEqual(["run", "stop", "look"]);
  });

  it("tells nothing once it was dropped", () => {
    worker.send({ kind: "ready" });
    runner.drop();
    worker.send({ kind: "line", isError: false, text: "late", time: 0 });
    vi.advanceTimersByTime(60_000);
    expect([lines, ends]).toEqual([[], []]);
  });

  it("fails if the worker does", () => {
    worker.dispatchEvent(Object.assign(new Event("error", { cancelable: true }), { message: "no memory" }));
    expect(ends).toEqual([{ outcome: "failed", failure: { text: "no memory", line: undefined } }]);
  });
});

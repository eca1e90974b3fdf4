/**
 * Runs one program in a worker, and ends it.
 *
 * While it runs, the page asks the worker how things are. A worker that answers has let its loop have a turn; one that
 * does not runs code without end, and is ended. The page counts its own questions and not the time: it may have been
 * asleep itself.
 */
import type { Ended, Failure, FromWorker, Line, Look, TimeKind, ToWorker } from "./messages.js";

/** How often the page asks, in milliseconds. */
const INTERVAL = 100;
/** So many questions without an answer: three seconds. */
const PATIENCE = 30;

/** How a program has ended. `hung` and `killed` have no last look, since their worker was ended. */
export type End =
  | Pick<Ended, "outcome" | "failure">
  | { readonly outcome: "hung" | "killed"; readonly failure: undefined };

/** Is told what a program does. */
export interface Listener {
  line(line: Omit<Line, "kind">): void;
  look(look: Look): void;
  ended(end: End): void;
}

export class ProgramRunner {
  private readonly worker: Worker;
  private readonly listener: Listener;
  private timer: ReturnType<typeof setInterval> | undefined;
  private unanswered = 0;
  private isStopping = false;
  private isOver = false;

  /** Starts a program. `worker` is a new one of `program-worker.ts`. */
  constructor(worker: Worker, code: string, time: TimeKind, listener: Listener) {
    this.worker = worker;
    this.listener = listener;
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) =>
      this.receive(data, code, time),
    );
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.end({ outcome: "failed", failure: { text: event.message, line: undefined } satisfies Failure });
    });
  }

  /** Cancels the main task of the program; the second time, ends the worker. */
  stop(): void {
    if (this.isStopping) this.end({ outcome: "killed", failure: undefined });
    this.isStopping = true;
    this.send({ kind: "stop" });
  }

  /** Ends the worker, and tells nobody. */
  drop(): void {
    this.isOver = true;
    clearInterval(this.timer);
    this.worker.terminate();
  }

  private receive(message: FromWorker, code: string, time: TimeKind): void {
    if (this.isOver) return;
    switch (message.kind) {
      case "ready":
        this.send({ kind: "run", code, time });
        if (this.isStopping) this.send({ kind: "stop" });
        this.ask();
        this.timer = setInterval(() => this.ask(), INTERVAL);
        break;
      case "line":
        this.listener.line(message);
        break;
      case "look":
        this.unanswered = 0;
        this.listener.look(message);
        break;
      case "ended":
        this.listener.look(message);
        this.end(message);
        break;
    }
  }

  private ask(): void {
    this.unanswered += 1;
    // One question is enough for the worker; the others are only counted.
    if (this.unanswered === 1) this.send({ kind: "look" });
    if (this.unanswered > PATIENCE) this.end({ outcome: "hung", failure: undefined });
  }

  private end(end: End): void {
    if (this.isOver) return;
    this.drop();
    this.listener.ended(end);
  }

  private send(message: ToWorker): void {
    // oxlint-disable-next-line require-post-message-target-origin -- a worker has no origin
    if (!this.isOver) this.worker.postMessage(message);
  }
}

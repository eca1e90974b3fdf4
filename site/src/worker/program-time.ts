/** The time of a program, and the loops that it runs on. */
import { type EventLoop, newEventLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import type { TimeKind } from "../messages.js";

export class ProgramTime {
  /** The loop that `run()` made last. */
  loop: EventLoop | undefined;
  private readonly kind: TimeKind;
  /** When the program began; undefined before somebody asks for the time. */
  private start: number | undefined;
  /** When the loop began, in the program's time. */
  private begun = 0;

  constructor(kind: TimeKind) {
    this.kind = kind;
  }

  /** Makes a loop for `run()`. On virtual time the second one goes on where the first has ended. */
  readonly makeLoop = (): EventLoop => {
    if (this.loop !== undefined) this.begun = this.now();
    return (this.loop = this.kind === "virtual" ? virtualLoop() : newEventLoop());
  };

  /** Returns the milliseconds since the program began. Code outside `run()` is always on real time. */
  readonly now = (): number => {
    this.start ??= performance.now();
    const real = performance.now() - this.start;
    if (this.kind === "real") return real;
    // Virtual time begins at 0, and not a hair later.
    return this.loop === undefined ? Math.floor(real) : this.begun + this.loop.time();
  };
}

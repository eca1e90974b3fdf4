/** Futures of the end of a process. */
import { Future } from "@asyncio-ts/future";
import { assertMessage, waitFacts, type WaitFacts, waitsOutside } from "@asyncio-ts/future/lowlevel";

/** A process, as those who look at the program see it. */
interface Exiting {
  [waitFacts](): WaitFacts;
}

/** The future of one call of `wait()`. When cancelled, it leaves the process alone. */
export class Exit extends Future<number> {
  private readonly waiters: Set<Exit>;
  private readonly process: Exiting;

  /** @param waiters the set that this future joins, until it is done */
  constructor(waiters: Set<Exit>, process: Exiting) {
    super();
    this.process = process;
    this.waiters = waiters;
    waiters.add(this);
  }

  override cancel(message?: string): boolean {
    this.waiters.delete(this);
    return super.cancel(message);
  }

  /** Called once, by the process. */
  exited(returncode: number): void {
    this.finish(returncode);
  }

  /** @internal */
  override [waitsOutside](): boolean {
    return true;
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return this.process[waitFacts]();
  }

  protected override describe(): string {
    return "the end of a process";
  }
}

/**
 * The future of a process that is being ended. Cancelling it does not make the process end sooner: it is done
 * when that has ended, and the cancellation comes at the task's next wait.
 */
export class Ending extends Future<void> {
  private readonly process: Exiting;

  constructor(ended: Promise<void>, process: Exiting) {
    super();
    this.process = process;
    void ended.then(() => this.finish());
  }

  /** Returns true, and changes nothing. */
  override cancel(message?: string): boolean {
    assertMessage(message);
    return !this.done();
  }

  /** @internal */
  override [waitsOutside](): boolean {
    return true;
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return this.process[waitFacts]();
  }

  protected override describe(): string {
    return "the end of a process that was asked to end";
  }
}

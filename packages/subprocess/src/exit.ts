/** Futures of the end of a process. */
import { Future } from "@asyncio-ts/future";
import { assertMessage, waitsOutside } from "@asyncio-ts/future/lowlevel";

/** The future of one call of `wait()`. When cancelled, it leaves the process alone. */
export class Exit extends Future<number> {
  private readonly waiters: Set<Exit>;

  /** @param waiters the set that this future joins, until it is done */
  constructor(waiters: Set<Exit>) {
    super();
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

  protected override describe(): string {
    return "the end of a process";
  }
}

/**
 * The future of a process that is being ended. Cancelling it does not make the process end sooner: it is done
 * when that has ended, and the cancellation comes at the task's next wait.
 */
export class Ending extends Future<void> {
  constructor(ended: Promise<void>) {
    super();
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

  protected override describe(): string {
    return "the end of a process that was asked to end";
  }
}

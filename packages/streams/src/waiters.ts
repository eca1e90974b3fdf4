/**
 * Waiters: those that wait for one event of a connection or a server, such as its end. All are woken together.
 *
 * They wait only while the thing is open, and it ends every wait before it closes. So something outside can
 * always wake them.
 */
import { Future } from "@asyncio-ts/future";
import { LinkedList, waitFacts, type WaitFacts, waitsOutside } from "@asyncio-ts/future/lowlevel";

/** An object that tells facts about itself to those who look at the program. */
export interface WithFacts {
  /** @internal */
  [waitFacts](): WaitFacts;
}

export class Waiters {
  /** The method that waits, for reports. */
  readonly name: string;
  /** The stream or the server. */
  readonly owner: WithFacts;
  /** @internal */
  readonly list: LinkedList<Waiter> = new LinkedList();

  constructor(name: string, owner: WithFacts) {
    this.name = name;
    this.owner = owner;
  }

  park(): Future<void> {
    return new Waiter(this);
  }

  wakeAll(): void {
    const { list } = this;
    for (let waiter = list.shift(); waiter !== undefined; waiter = list.shift()) waiter.setResult();
  }
}

class Waiter extends Future<void> {
  private readonly waiters: Waiters;
  previous: this | undefined = undefined;
  next: this | undefined = undefined;

  constructor(waiters: Waiters) {
    super();
    this.waiters = waiters;
    waiters.list.add(this);
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.waiters.list.delete(this);
    return true;
  }

  override [waitsOutside](): boolean {
    return true;
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return this.waiters.owner[waitFacts]();
  }

  protected override describe(): string {
    return `${this.waiters.name}()`;
  }
}

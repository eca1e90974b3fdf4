/**
 * Waiters: those that wait for one event of a connection or a server, such as its end. All are woken together.
 *
 * They wait only while the thing is open, and it ends every wait before it closes. So something outside can
 * always wake them.
 */
import { Future } from "@asyncio-ts/future";
import { LinkedList, waitsOutside } from "@asyncio-ts/future/lowlevel";

export class Waiters {
  /** The method that waits, for reports. */
  private readonly name: string;
  private readonly list: LinkedList<Waiter> = new LinkedList();

  constructor(name: string) {
    this.name = name;
  }

  park(): Future<void> {
    return new Waiter(this.list, this.name);
  }

  wakeAll(): void {
    const { list } = this;
    for (let waiter = list.shift(); waiter !== undefined; waiter = list.shift()) waiter.setResult();
  }
}

class Waiter extends Future<void> {
  private readonly list: LinkedList<Waiter>;
  private readonly name: string;
  previous: this | undefined = undefined;
  next: this | undefined = undefined;

  constructor(list: LinkedList<Waiter>, name: string) {
    super();
    this.list = list;
    this.name = name;
    list.add(this);
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.list.delete(this);
    return true;
  }

  override [waitsOutside](): boolean {
    return true;
  }

  protected override describe(): string {
    return `${this.name}()`;
  }
}

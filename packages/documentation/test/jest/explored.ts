/** Tests for Jest, as a user writes them: one that fails in an order that `explore` finds, and one that is mended. */
import { explore, type Outside } from "@asyncio-ts/loop/testing";
import { gather, Lock, sleep } from "asyncio-ts";

declare const test: (name: string, body: () => Promise<unknown>) => void;

class Account {
  private balance = 10;
  private readonly lock = new Lock();
  private readonly bank: Outside;

  constructor(bank: Outside) {
    this.bank = bank;
  }

  async withdraw(delay: number): Promise<void> {
    await sleep(delay);
    if (this.balance < 6) return;
    await this.bank.promise("agrees");
    this.balance -= 6;
    if (this.balance < 0) throw new Error("overdrawn");
  }

  async withdrawAlone(delay: number): Promise<void> {
    using _ = await this.lock.acquire();
    await this.withdraw(delay);
  }
}

test("an account is overdrawn", () =>
  explore(async (outside) => {
    const account = new Account(outside);
    await gather([() => account.withdraw(1), () => account.withdraw(2)]);
  }));

test("an account with a lock is not", () =>
  explore(async (outside) => {
    const account = new Account(outside);
    await gather([() => account.withdrawAlone(1), () => account.withdrawAlone(2)]);
  }));

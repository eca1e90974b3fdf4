import { AsyncLocalStorage } from "node:async_hooks";
import { slot } from "@asyncio-ts/future/internal";
import {
  captureContext,
  type PendingWait,
  resumed,
  suspended,
  type TaskLike,
  type WakeReason,
} from "@asyncio-ts/future/lowlevel";
import { ManualScheduler } from "./manual-scheduler.js";

/** A task without a body. */
export class FakeTask implements TaskLike {
  readonly scheduler: ManualScheduler = new ManualScheduler();
  readonly name: string;
  isDone = false;
  readonly waits: string[] = [];
  /** The error that the next wait throws which brings nothing else. */
  cancellation: Error | undefined = undefined;

  constructor(name = "task") {
    this.name = name;
  }

  done(): boolean {
    return this.isDone;
  }

  /** @internal */
  [suspended](): void {
    this.waits.push("suspended");
  }

  /** @internal */
  [resumed](_wait: PendingWait, outcome: WakeReason): Error | undefined {
    this.waits.push(`resumed: ${outcome}`);
    const { cancellation } = this;
    this.cancellation = undefined;
    return cancellation;
  }
}

/**
 * Keeps tasks in an AsyncLocalStorage, as the package with tasks does where it has to; set `slot.storage` back
 * to undefined after the test.
 */
export function storeTasks(): void {
  const local = new AsyncLocalStorage<TaskLike | undefined>();
  slot.storage = {
    local,
    getStore: () => local.getStore(),
    run: (task, body, ...args) => local.run(task, body, ...args),
    capture: captureContext,
    scopeIn: () => undefined,
    withScope: () => undefined,
    runIn: (context, { awaiter }, body, args) =>
      context.runInAsyncScope(() => local.run(awaiter, body, ...args)),
  };
}

/** Runs code in the turn of a task, as what an async function does after an `await` runs. */
export function inTurnOf<T>(task: TaskLike, body: () => T): T {
  slot.turn = task;
  try {
    return body();
  } finally {
    slot.turn = undefined;
  }
}

import { resumed, suspended, type TaskLike } from "@asyncio-ts/future/lowlevel";
import { ManualScheduler } from "./manual-scheduler.js";

/** A task without a body. */
export class FakeTask implements TaskLike {
  readonly scheduler: ManualScheduler = new ManualScheduler();
  readonly name: string;
  isDone = false;
  readonly waits: string[] = [];

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
  [resumed](): Error | undefined {
    this.waits.push("resumed");
    return undefined;
  }
}

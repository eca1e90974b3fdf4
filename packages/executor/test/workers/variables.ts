/** Functions that ask for context variables. */
import { ContextVar } from "@asyncio-ts/contextvars";
import { createTask, sleep } from "@asyncio-ts/task";

const user = new ContextVar("user", { default: "nobody", transfer: true });
const limits = new ContextVar<ReadonlyMap<string, number>>("limits", { transfer: true });
const local = new ContextVar("local", { default: "the worker's" });
local.set("set when the module was loaded");

export function seen(): (string | number | undefined)[] {
  return [user.get(), limits.get(undefined)?.get("most"), local.get()];
}

/** Gives what a task sees, before and after it waits. */
export async function seenByTask(): Promise<string[]> {
  return createTask(async () => {
    const before = user.get();
    user.set("the task's");
    await sleep(1);
    return [before, user.get()];
  });
}

/** Sets what the next job must not see. */
export async function change(): Promise<string> {
  user.set("changed");
  local.set("changed");
  await sleep(1);
  return `${user.get()} ${local.get()}`;
}

/** Gives what a variable sees that is made in the job. */
export function seenByNew(name: string): unknown {
  return new ContextVar(name, { transfer: true }).get("nothing");
}

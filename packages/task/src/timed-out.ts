import { astray } from "@asyncio-ts/future/internal";
import { TimeoutError } from "./errors.js";
import { title } from "./members.js";
import { currentTask, type Task } from "./task.js";

/** Makes the error of a timeout in a task, by default the current one; `how` follows "timed out". */
export function timedOut(
  how: string,
  options?: ErrorOptions,
  task: Task<unknown> | undefined = currentTask(),
): TimeoutError {
  const where = task === undefined ? "" : ` in ${task[title]()}`;
  return astray(new TimeoutError(`timed out${how}${where}`, options));
}

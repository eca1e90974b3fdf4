import { type ContextLike, describe, hasMethods, readContext, readFlag } from "@asyncio-ts/future/lowlevel";

/** Options for `createTask()`. */
export interface TaskOptions {
  /** The task's name in error messages and reports. Default: `Task-1`, `Task-2` and so on. */
  readonly name?: string;
  /**
   * Runs the first step at once, inside the call, as asyncio's eager tasks do. An async function then runs up
   * to its first `await`, a generator coroutine up to its first wait; it may end there.
   */
  readonly eagerStart?: boolean;
  /**
   * The `Context` of `@asyncio-ts/contextvars` that the task runs in: itself, not a copy. Default: a copy of the
   * one that the caller runs in. For an eager start it must be one in which no code runs.
   */
  readonly context?: ContextLike;
}

/** Throws a TypeError that says what is wrong, unless `options` are options of a task. */
export function assertTaskOptions(options: TaskOptions): void {
  readFlag(options, "eagerStart", "createTask");
  if (options.name !== undefined) assertName(options.name);
  if (options.context !== undefined) readContext(options, "createTask");
}

/** Throws a TypeError unless `name` can name a task. */
export function assertName(name: unknown): void {
  if (typeof name === "string") return;
  throw new TypeError(`createTask() and task.name need a name that is a string, got ${describe(name)}`);
}

/** Throws a TypeError unless `loop` is an event loop. */
export function assertLoop(loop: unknown): void {
  if (hasMethods(loop, "callSoon", "runForever")) return;
  throw new TypeError(
    `allTasks() needs an EventLoop, got ${describe(loop)}; leave it out for the running one`,
  );
}

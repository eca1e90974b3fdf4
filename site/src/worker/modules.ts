/** The modules that a program in the page can import. */
import * as contextvars from "@asyncio-ts/contextvars";
import * as coroutine from "@asyncio-ts/coroutine";
import * as flow from "@asyncio-ts/flow";
import * as future from "@asyncio-ts/future";
import * as inspect from "@asyncio-ts/inspect";
import * as loop from "@asyncio-ts/loop";
import * as testing from "@asyncio-ts/loop/testing";
import * as sync from "@asyncio-ts/sync";
import * as task from "@asyncio-ts/task";
import * as asyncio from "asyncio-ts";
import type { ObjectWatch } from "./watch-objects.js";
import type { ProgramTime } from "./program-time.js";

/**
 * Returns a function that gives a program its modules. In them `run` and `Runner` use the program's loop, and the
 * classes of locks and the like are watched.
 *
 * @throws Error if there is no such module in the page.
 */
export function modulesFor({ makeLoop }: ProgramTime, { classes }: ObjectWatch): (name: string) => unknown {
  const running = {
    run: (main: Parameters<typeof task.run>[0], options?: task.RunOptions) =>
      task.run(main, { loopFactory: makeLoop, ...options }),
    Runner: new Proxy(task.Runner, {
      construct: (target, [options]: [task.RunOptions?], newTarget) =>
        Reflect.construct(target, [{ loopFactory: makeLoop, ...options }], newTarget) as object,
    }),
  };
  const modules = new Map<string, object>([
    ["asyncio-ts", { ...asyncio, ...running, ...classes }],
    ["@asyncio-ts/contextvars", contextvars],
    ["@asyncio-ts/coroutine", coroutine],
    ["@asyncio-ts/flow", flow],
    ["@asyncio-ts/future", future],
    ["@asyncio-ts/inspect", inspect],
    ["@asyncio-ts/loop", loop],
    ["@asyncio-ts/loop/testing", testing],
    ["@asyncio-ts/sync", { ...sync, ...classes }],
    ["@asyncio-ts/task", { ...task, ...running }],
  ]);
  return (name) => {
    const found = modules.get(name);
    if (found === undefined) {
      const names = [...modules.keys()].join(", ");
      throw new Error(`There is no module "${name}" in this page. A program here can import ${names}.`);
    }
    // So that the transpiler's code takes it as it is.
    return { ...found, __esModule: true };
  };
}

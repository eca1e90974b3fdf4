/** Runs one program of conformance/traces. */
import type { Coroutine } from "@asyncio-ts/coroutine";
import { type EventLoop, newEventLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { run } from "@asyncio-ts/task";

/** The exports of a program: `main`, or `script` if it is about `run` itself. */
export interface Twin {
  main?: () => Coroutine<unknown>;
  script?: (loopFactory: () => EventLoop) => Promise<void>;
}

/**
 * Returns undefined if the program prints what Python printed, or what it printed instead. A program with
 * sockets runs in real time.
 */
export async function trace(
  load: () => Promise<Twin>,
  expected: string,
  hasSockets: boolean,
): Promise<string | undefined> {
  const loopFactory = hasSockets ? newEventLoop : virtualLoop;
  let printed = "";
  const { log } = console;
  console.log = (...values: unknown[]) => {
    printed += `${values.map(String).join(" ")}\n`;
  };
  try {
    const { script, main } = await load();
    if (script !== undefined) await script(loopFactory);
    else if (main !== undefined) await run(main(), { loopFactory });
  } finally {
    console.log = log;
  }
  return printed.trimEnd() === expected.trimEnd()
    ? undefined
    : `printed:\n${printed}instead of:\n${expected}`;
}

/** The parts of which the scenarios of the tests are made. */
import type { Flow } from "@asyncio-ts/flow";
import type { Steps } from "@asyncio-ts/future";
import { sleep } from "@asyncio-ts/task";
import { awaited, type Kind, type Program } from "@asyncio-ts/testkit";

/** Sleeps, and takes some time to clean up when it is cancelled. Logs both. */
export function* sleeping<T>(
  log: string[],
  name: string,
  delay: number,
  cleanUp: number,
  result: T,
): Program<T> {
  try {
    return yield* awaited(sleep(delay, result));
  } catch (error) {
    log.push(`${name} stops`);
    yield* awaited(sleep(cleanUp));
    log.push(`${name} has stopped`);
    throw error;
  }
}

/** Returns a body that sleeps in that way. */
export function sleeper(
  { body }: Kind,
  log: string[],
  name: string,
  delay: number,
  cleanUp: number,
  result?: string,
): () => Promise<string | undefined> | Steps<string | undefined> {
  return body(() => sleeping(log, name, delay, cleanUp, result));
}

/** Takes all values of a flow, in a program. */
export function* collect<T>(flow: Flow<T>): Program<T[]> {
  const values: T[] = [];
  for (;;) {
    const step = yield* awaited(flow.next());
    if (step.done === true) return values;
    values.push(step.value);
  }
}

/** An async iterable of numbers, which logs that it is closed. It waits for each number. */
export async function* closing(log: string[], name: string, delay = 1): AsyncGenerator<number> {
  try {
    for (let n = 1; ; n++) {
      await sleep(delay);
      yield n;
    }
  } finally {
    try {
      await sleep(1);
    } finally {
      log.push(`${name} is closed`);
    }
  }
}

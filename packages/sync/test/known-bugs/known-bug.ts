/**
 * Known bugs: the classic mistakes of concurrent programs, each as a small program that works in the order of
 * the loop alone. It throws, or never ends, in some other order.
 */
import { ExplorationError, explore, type ExploreOptions, type Outside } from "@asyncio-ts/loop/testing";
import { sleep } from "@asyncio-ts/task";
import { awaited, type Kind, type Program } from "@asyncio-ts/testkit";

export interface KnownBug {
  readonly name: string;
  /** What goes wrong, in words for a table. */
  readonly what: string;
  /** True if it needs a cancellation. */
  readonly cancel?: boolean;
  /** The number of switches and cancellations of the smallest schedule in which it shows. */
  readonly smallest: number;
  /** Calls `share` with a function that returns all that its tasks share. */
  program(kind: Kind, outside: Outside, share: (tell: () => readonly unknown[]) => void): Program<void>;
}

/** Fails the program if a fact does not hold. */
export function mustHold(fact: boolean, otherwise: string): void {
  if (!fact) throw new Error(otherwise);
}

/** Options for `explored()`. */
export interface ExploredOptions extends ExploreOptions {
  /** Cuts off equal states. */
  readonly cutsOff?: boolean;
}

/**
 * Explores a bug's program, beside some tasks that have nothing to do with it. Returns undefined if nothing
 * was found.
 */
export async function explored(
  bug: KnownBug,
  kind: Kind,
  { cutsOff = false, ...options }: ExploredOptions,
  bystanders = 0,
): Promise<ExplorationError | undefined> {
  let shared: () => readonly unknown[] = () => [];
  const bystander = function* (): Program<void> {
    for (const delay of [0, 1, 0, 1]) yield* awaited(sleep(delay));
  };
  const main = kind.body(function* (outside: Outside) {
    for (let i = 0; i < bystanders; i++) kind.startTask(bystander);
    shared = () => [];
    yield* bug.program(kind, outside, (tell) => (shared = tell));
  });
  try {
    const states = cutsOff ? { equalStates: () => shared().join(" | ") } : {};
    await explore(main, { cancel: bug.cancel === true, ...states, ...options });
  } catch (error) {
    if (error instanceof ExplorationError) return error;
    throw error;
  }
  return undefined;
}

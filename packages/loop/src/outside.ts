/**
 * Outside: what could still wake a loop that has nothing to do, as far as the runtime tells.
 *
 * Node's own answer is certain: `beforeExit` comes when nothing holds the process. But it never comes in the
 * worker of a test runner, whose channel is always open. There the list of what is active tells most of it:
 * timers, sockets, servers, child processes, worker threads, requests to the file system. What the runner
 * holds open was there when this module was loaded, so it is left out.
 *
 * The list does not show the jobs of Node's thread pool (`zlib`, `crypto`), a worker thread that is only
 * starting, and what was unreferenced. So that the list is empty is no proof; see `virtualLoop`, which waits
 * on for a while.
 */
import { type contract, realTime } from "@asyncio-ts/future/internal";
import { type EventSource, sharedListeners } from "./process-events.js";

interface NodeProcess extends EventSource {
  readonly versions?: { readonly deno?: string };
  getActiveResourcesInfo?(): string[];
  listenerCount?(event: string): number;
}

const { process } = globalThis as { process?: NodeProcess };

/**
 * Come and go by themselves: one of them that was there at first says nothing about those that are there now.
 */
const PASSING = /^(?:Timeout|Immediate)$|Req|ConnectWrap|WriteWrap|ShutdownWrap/;

const atFirst = count(active());

/**
 * True if the runtime tells what is active. Some have the function, and it never names anything (Bun), or not
 * everything that is there (Deno: not its own servers).
 */
const tells = (() => {
  const before = active().length;
  const timer = realTime.setTimeout(() => {}, 1000);
  const after = active().length;
  realTime.clearTimeout(timer);
  return after > before;
})();

/** True if the list names all that the runtime waits for, except jobs of its thread pool. */
const tellsAll = tells && process?.versions?.deno === undefined;

/** How often to look, in milliseconds. */
const INTERVAL = 50;

/** The timers of `whenQuiet` itself that hold the process. */
let holding = 0;

/**
 * Calls back once nothing outside has been active for `patience` milliseconds; twice as long where the
 * runtime does not tell. Returns what ends it early.
 *
 * @param since what was active at a certain moment, and counts for nothing; by default what the test runner
 * has held open from the first
 *
 * It does not hold the process, so that `beforeExit` can come, unless others wait for that: Node's own test
 * runner ends the tests then, and nobody would hear of a deadlock.
 */
export function whenQuiet(patience: number, callback: () => void, since?: ActiveResources): () => void {
  let quietSince = realTime.now();
  let timer: contract.Timer;
  let holds = false;
  const letGo = (): void => {
    // Once: the callback may end the wait again.
    if (holds) holding--;
    holds = false;
    realTime.clearTimeout(timer);
  };
  const look = (): void => {
    const held = holds;
    letGo();
    const isActive = outsideIsActive(held, since);
    const now = realTime.now();
    if (isActive === true) quietSince = now;
    else if (now - quietSince >= (isActive === undefined ? 2 * patience : patience)) {
      callback();
      return;
    }
    wait();
  };
  const wait = (): void => {
    timer = realTime.setTimeout(look, Math.min(INTERVAL, patience));
    holds = othersAwaitExit();
    if (holds) holding++;
    else timer.unref?.();
  };
  wait();
  return letGo;
}

/**
 * Tells whether something is active that could wake a loop; undefined in runtimes that don't tell.
 *
 * @param held whether it is this module that has held the process
 */
function outsideIsActive(held: boolean, since: ActiveResources | undefined): boolean | undefined {
  if (!tells) return undefined;
  const now = count(active());
  // Nothing is to be seen, and yet the process has not come to its end: a job of the thread pool holds it.
  if (tellsAll && now.size === 0 && !held) return true;
  now.set("Timeout", (now.get("Timeout") ?? 0) - holding);
  if (since !== undefined) {
    if (since.areMoreIn(now)) return true;
  } else {
    for (const [kind, found] of now) {
      if (found > (PASSING.test(kind) ? 0 : (atFirst.get(kind) ?? 0))) return true;
    }
  }
  return tellsAll ? false : undefined;
}

/** What was active at the moment when this was made, as far as the runtime tells. */
export class ActiveResources {
  private readonly counts: ReadonlyMap<string, number> = count(active());

  /**
   * Tells for certain that nothing has become active since then that still is. A timer that is active may
   * have taken the place of one that was then.
   */
  areAll(): boolean {
    if (!tells) return false;
    const now = count(active());
    now.set("Timeout", (now.get("Timeout") ?? 0) - holding);
    for (const [kind, found] of now) if (found > 0 && PASSING.test(kind)) return false;
    return !this.areMoreIn(now);
  }

  areMoreIn(now: ReadonlyMap<string, number>): boolean {
    for (const [kind, found] of now) if (found > (this.counts.get(kind) ?? 0)) return true;
    return false;
  }
}

function othersAwaitExit(): boolean {
  if (process === undefined) return false;
  return (process.listenerCount?.("beforeExit") ?? 0) > sharedListeners(process, "beforeExit");
}

function active(): string[] {
  return process?.getActiveResourcesInfo?.() ?? [];
}

function count(kinds: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/**
 * Debug mode, as far as futures and coroutines go: coroutines that nobody awaits, and futures awaited in a task of
 * another loop. Nothing here is reached before some loop has been put into debug mode (`slot.checks`).
 */
import { called } from "./members.js";
import type { TaskLike, DebugChecks, Scheduler, Unawaited, Watch } from "./contract.js";
import { currentTaskLike, currentScheduler, soon } from "./slot.js";

/** For `slot.checks`. */
const checks: DebugChecks = { watchCoroutine, takeGenerator, reportWrongLoop };

interface Entry {
  readonly unawaited: Unawaited;
  readonly scheduler: Scheduler;
}

const collected = new FinalizationRegistry<Entry>(({ unawaited, scheduler }) => {
  reportUnawaited(unawaited, scheduler);
});

/** Reports the coroutine object if nobody has awaited it by the time it is collected, or its loop closes. */
function watchCoroutine(coroutine: { readonly name: string }): Watch | undefined {
  currentTaskLike()?.[called]?.();
  const scheduler = currentScheduler();
  if (!scheduler.debug) return undefined;
  const unawaited: Unawaited = { name: coroutine.name, stack: placeOfCall() };
  // It is still being made: `Lock.acquire` does not know its lock yet.
  soon(() => (unawaited.name = coroutine.name));
  scheduler.unawaited.add(unawaited);
  collected.register(coroutine, { unawaited, scheduler }, unawaited);
  return {
    end() {
      scheduler.unawaited.delete(unawaited);
      collected.unregister(unawaited);
    },
  };
}

/** Reports a coroutine that nobody has awaited, once. */
function reportUnawaited(unawaited: Unawaited, scheduler: Scheduler): void {
  if (!scheduler.unawaited.delete(unawaited)) return;
  collected.unregister(unawaited);
  const name = unawaited.name === "" ? "a coroutine" : `coroutine ${unawaited.name}()`;
  scheduler.callExceptionHandler({
    message: `${name} was never awaited; await it, or make it a task with createTask(). It was called\n${unawaited.stack}`,
  });
}

/** The generator objects that were run as bodies. */
const taken = new WeakSet<object>();

/** Two that run one generator would take turns with its steps, and each would miss those of the other. */
function takeGenerator(generator: object): void {
  if (!currentScheduler().debug) return;
  if (taken.has(generator)) {
    throw new Error(
      "this generator object was awaited, or made a task, before; call its function again for a new one, " +
        "or keep the task and await that",
    );
  }
  taken.add(generator);
}

/** Reports that a task awaits a future of another loop: who sets it decides in which loop the task goes on. */
function reportWrongLoop(
  future: { readonly scheduler: Scheduler; toString(): string },
  awaiter: TaskLike | undefined,
): void {
  if (awaiter === undefined || !awaiter.scheduler.debug || awaiter.scheduler === future.scheduler) return;
  awaiter.scheduler.callExceptionHandler({
    message: `${String(awaiter)} awaits ${future}, which belongs to another event loop; make it inside the task`,
    future,
  });
}

/** The lines of the stack that are outside this library, the innermost first. */
function placeOfCall(): string {
  const lines = stackOfCall().split("\n").slice(1);
  // The first is of this module.
  const isOwn = (inThisLibrary ??= isOwnLine(placeIn(lines[0] ?? "")));
  const outside = lines.filter((line) => !isOwn(line));
  return (outside.length === 0 ? lines : outside).join("\n");
}

const STACK_TRACE_LIMIT = 40;

/** The stack; empty where a program writes stacks in a way of its own that throws, or gives no text. */
function stackOfCall(): string {
  try {
    const { stackTraceLimit } = Error;
    // Most of the lines are this library's.
    if (!Object.isFrozen(Error)) Error.stackTraceLimit = Math.max(stackTraceLimit, STACK_TRACE_LIMIT);
    const { stack } = new Error() as { stack?: unknown };
    if (!Object.isFrozen(Error)) Error.stackTraceLimit = stackTraceLimit;
    return typeof stack === "string" ? stack : "";
  } catch {
    return "";
  }
}

/**
 * Whether a line of a stack is in a file of this library. In a bundle nothing tells whose code a line is. Not by
 * `import.meta`: bundlers that make a script of a module complain about it.
 */
let inThisLibrary: ((line: string) => boolean) | undefined;

/** The URL or path of the file in a line of a stack. */
function placeIn(line: string): string | undefined {
  return /(?:\(|at |@)([^()]*):\d+:\d+\)?$/.exec(line)?.[1]?.replaceAll("\\", "/");
}

/**
 * For the place of this very module: the test whether a line is of this library. Its files are those of `@asyncio-ts` in
 * `node_modules`, and, in its own repository and where it is loaded from elsewhere, those in the folders beside this
 * package's. A program may well have a `packages/task/src` of its own.
 */
export function isOwnLine(here: string | undefined): (line: string) => boolean {
  // Where this module is part of a bundle its place ends otherwise, or is not known.
  const [, siblings] = /^(.*[/])future[/](?:src|dist)[/]debug\.[jt]s(?:\?.*)?$/.exec(here ?? "") ?? [];
  const places = siblings === undefined ? [] : [siblings, pathOf(siblings)];
  return (line) => {
    const path = line.replaceAll("\\", "/");
    if (/[/]node_modules[/](?:.*[/])?@asyncio-ts[/]/.test(path)) return true;
    return places.some((place) => {
      const start = path.indexOf(place);
      return start >= 0 && ownFile.test(path.slice(start + place.length));
    });
  };
}

const ownFile = /^(?:future|coroutine|loop|task|sync|executor)[/](?:src|dist)[/]/;

/** Some tools give stacks with paths in place of URLs. */
function pathOf(url: string): string {
  const path = url.replace(/^file:[/]{2}/, "").replace(/^[/](?=[A-Za-z]:[/])/, "");
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** Debug mode, for the packages that switch it on and report by it. */
export const debug: {
  readonly checks: DebugChecks;
  placeOfCall(): string;
  reportUnawaited(unawaited: Unawaited, scheduler: Scheduler): void;
} = { checks, placeOfCall, reportUnawaited };

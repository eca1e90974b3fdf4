/**
 * Debug mode of futures and coroutines: finds coroutines that nobody awaits, and futures awaited in a task of
 * another loop; remembers where tasks and coroutines were made. Nothing here runs until some loop is put into
 * debug mode (`slot.checks`).
 */
import { called } from "./members.js";
import type { TaskLike, DebugChecks, Scheduled, Scheduler, Unawaited, Watch } from "./contract.js";
import { currentTaskLike, currentScheduler, soon } from "./slot.js";
import { allStrays } from "./stray.js";

/** The checks, for `slot.checks`. */
const checks: DebugChecks = {
  watchCoroutine,
  takeGenerator,
  waitBegins: reportWrongLoop,
  notePlace,
  passPlace,
  placeOf,
  tellPlace,
  isPlaced,
  placed,
};

const collected = new FinalizationRegistry<[Unawaited, Scheduler]>((entry) => reportUnawaited(...entry));

/** Reports the coroutine object if nobody has awaited it by the time it is collected, or its loop closes. */
function watchCoroutine(coroutine: { readonly name: string }): Watch | undefined {
  currentTaskLike()?.[called]?.();
  const scheduler = currentScheduler();
  if (!scheduler.debug) return undefined;
  const unawaited: Unawaited = { name: coroutine.name, stack: placeOfCall() };
  // It is under construction: `Lock.acquire` does not know its lock yet.
  soon(() => (unawaited.name = coroutine.name));
  places.set(coroutine, unawaited.stack);
  scheduler.unawaited.add(unawaited);
  collected.register(coroutine, [unawaited, scheduler], unawaited);
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

/** Throws if a generator object is run twice: two drivers would each miss the steps that the other takes. */
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

/** Reports that a task awaits a future of another loop, which would decide where the task is resumed. */
function reportWrongLoop(future: Scheduled, awaiter: TaskLike | undefined): void {
  if (awaiter === undefined || !awaiter.scheduler.debug || awaiter.scheduler === future.scheduler) return;
  awaiter.scheduler.callExceptionHandler({
    message: `${String(awaiter)} awaits ${future}, which belongs to another event loop; make it inside the task`,
    future,
  });
}

// ---- places ----

/** The lines of the program that made a task, a coroutine object, or what such an object waits for. */
const places = new WeakMap<object, string>();

/** The errors that tell of the task which failed with them; they may pass through many tasks. */
const told = new WeakSet<object>();

/** Remembers the place of a call that makes an object. */
function notePlace(made: object): void {
  places.set(made, placeOfCall());
}

/** Remembers the place of `from` for `to`, which waits in its name. */
function passPlace(from: object, to: object): void {
  const place = places.get(from);
  if (place !== undefined) places.set(to, place);
}

/** Returns the line of the program that made an object, if it is known. */
function placeOf(made: object | undefined): string | undefined {
  return made === undefined ? undefined : places.get(made)?.split("\n", 1)[0]?.trim();
}

/** Appends the place where `made` was made to the stack of an error, once for each error. */
function tellPlace(error: unknown, made: object, what: string): void {
  const place = places.get(made);
  if (place === undefined || typeof error !== "object" || error === null || told.has(error)) return;
  told.add(error);
  try {
    const { stack } = error as Partial<Error>;
    if (typeof stack === "string") (error as Error).stack = `${stack}\n    --- ${what} ---\n${place}`;
  } catch {
    // A frozen error, a getter that throws, the program's own formatter of stacks.
  }
}

/** Tells whether the stack of an error has a line outside this library. */
function isPlaced(error: Error): boolean {
  try {
    // Not `at waiting.next (<anonymous>)`.
    return linesOutside(error.stack ?? "").outside.some((line) => placeIn(line) !== undefined);
  } catch {
    return true;
  }
}

function placed<E extends Error>(cancellation: E): E {
  if (!isPlaced(cancellation)) allStrays().addCancellation(cancellation);
  return cancellation;
}

/** Returns the lines of the stack that are outside this library, the innermost first. */
function placeOfCall(): string {
  const { lines, outside } = linesOutside(stackOfCall());
  return (outside.length === 0 ? lines : outside).join("\n");
}

/** Returns the lines of a stack, and those of them that are outside this library. */
function linesOutside(stack: string): { readonly lines: string[]; readonly outside: string[] } {
  // The first line of a stack that is made here is of this module.
  const isOwn = (inThisLibrary ??= isOwnLine(placeIn(stackOfCall().split("\n")[1] ?? "")));
  const lines = stack.split("\n").filter((line) => /^\s*at |@/.test(line));
  // Without the lines of Node itself, of Bun (`native:7:39`) and of Deno (`ext:core/01_core.js:405:7`).
  const outside = lines.filter((line) => !isOwn(line) && !/[(@ ](?:node|native|ext):/.test(line));
  return { lines, outside };
}

/** Returns the stack; empty if the program formats stacks itself and that throws, or returns no text. */
function stackOfCall(): string {
  try {
    const { stackTraceLimit } = Error;
    // Most of the lines are this library's, so the usual 10 are too few.
    if (!Object.isFrozen(Error)) Error.stackTraceLimit = Math.max(stackTraceLimit, 40);
    const { stack } = new Error() as { stack?: unknown };
    if (!Object.isFrozen(Error)) Error.stackTraceLimit = stackTraceLimit;
    return typeof stack === "string" ? stack : "";
  } catch {
    return "";
  }
}

/**
 * Tells whether a line of a stack is in a file of this library; in a bundle nothing can tell. Not made with
 * `import.meta`: bundlers that turn a module into a script complain about it.
 */
let inThisLibrary: ((line: string) => boolean) | undefined;

/** Returns the URL or path of the file in a line of a stack. */
function placeIn(line: string): string | undefined {
  return /(?:\(|at |@)([^()]*):\d+:\d+\)?$/.exec(line)?.[1]?.replaceAll("\\", "/");
}

/**
 * Returns a function that tells whether a line of a stack is of this library; `here` is the place of this
 * module. Its files are those of `@asyncio-ts` in `node_modules`, and otherwise (in its repository) those in
 * the folders beside this package's: a program may have a `packages/task/src` of its own.
 */
export function isOwnLine(here: string | undefined): (line: string) => boolean {
  // In a bundle this module's place ends otherwise, or is unknown.
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

const ownFile =
  /^(?:future|coroutine|contextvars|loop|task|sync|executor|flow|http|streams|subprocess)[/](?:src|dist)[/]/;

/** Returns the path in a URL: some tools write stacks with paths in place of URLs. */
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

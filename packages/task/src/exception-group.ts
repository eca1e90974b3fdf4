/**
 * ExceptionGroup: several errors at once.
 *
 * Python has two texts, `eg.message`, and `str(eg)` with the number of errors, and prints the errors as a
 * tree. Here tests, loggers and `String(error)` show nothing but `message`, so that has all: the text that
 * was given, the number of errors, and the first of them. `text` is Python's `message`; parts of a split are
 * made from it, so nothing is appended twice.
 *
 * The errors may be anything, and 100,000: no more than MOST_NAMED are read, each once and inside a `try`,
 * and what they say is cut to NAMES_LENGTH characters in all. Nothing recurses: of a group in the group, its
 * message is read. Tools show the `cause` of an error where they show no `errors`, so a single error is that
 * too. If it is a group with a single error, the cause is that of this group: an error has one path in
 * `cause`, or printing groups of one that are nested n deep would write 2ⁿ errors.
 */
import { isGeneratorFunction } from "@asyncio-ts/coroutine/internal";
import { assertOptions, describe, isAsyncFunction, isInstance, nameError } from "@asyncio-ts/future/lowlevel";
import { cut } from "./few-of.js";

/** The number of errors that a message names, and the characters that it has for them. */
const MOST_NAMED = 3;
const NAMES_LENGTH = 200;

/** A filter of errors: a class, several classes, or a predicate. */
export type ErrorFilter<E = unknown> =
  | ErrorClass<E>
  | readonly ErrorClass<E>[]
  | ((error: unknown) => error is E)
  | ((error: unknown) => boolean);

/** A class of errors. */
export type ErrorClass<E> = abstract new (...args: never) => E;

/**
 * Several errors at once. Groups may hold groups. Python: `ExceptionGroup`.
 *
 * The message names the first errors, and says how many are left out. A single error is the `cause` as well,
 * unless another one is given.
 *
 * @example
 * ```ts
 * import { ExceptionGroup } from "@asyncio-ts/task";
 *
 * const group = new ExceptionGroup("two failed", [new TypeError("a"), new RangeError("b")]);
 * const [typeErrors, others] = group.split(TypeError);
 * console.log(group.message);
 * console.log(typeErrors?.message);
 * console.log(others?.text, others?.exceptions.length);
 * // prints: two failed (2 sub-exceptions: TypeError: a; RangeError: b)
 * // prints: two failed (1 sub-exception: TypeError: a)
 * // prints: two failed 1
 * ```
 */
export class ExceptionGroup<E = unknown> extends AggregateError {
  /** The message as it was given, without the errors. Python: `message`. */
  readonly text: string;

  static {
    nameError(this, "ExceptionGroup");
  }

  /** @throws TypeError if the message is not a string, or the errors are not a list, or an empty one. */
  constructor(message: string, errors: Iterable<E>, options?: ErrorOptions) {
    const list = listOfErrors(message, errors, options, new.target.name);
    super(list, `${message} (${namesOf(list)})`, withCause(list, options));
    this.text = message;
    Object.defineProperty(this, "text", { enumerable: false });
  }

  /** The errors of the group. Python: `exceptions`. */
  get exceptions(): readonly E[] {
    return this.errors as E[];
  }

  /**
   * Returns the group of the errors that the filter chooses, at any depth; undefined if there are none.
   * Python: `subgroup()`.
   */
  subgroup<Chosen = E>(filter: ErrorFilter<Chosen>): ExceptionGroup<Chosen> | undefined {
    return this.split(filter)[0];
  }

  /** Returns the group of the errors that the filter chooses, and that of the others. Python: `split()`. */
  split<Chosen = E>(
    filter: ErrorFilter<Chosen>,
  ): [chosen: ExceptionGroup<Chosen> | undefined, rest: ExceptionGroup<E> | undefined] {
    const chooses = predicate(filter);
    if (chooses(this)) return [this as ExceptionGroup<unknown> as ExceptionGroup<Chosen>, undefined];
    // A stack of our own: groups may be nested to any depth, one for each of 100,000 task groups.
    const levels: Level[] = [new Level(this)];
    for (;;) {
      const level = levels.at(-1) as Level;
      if (level.next === level.group.exceptions.length) {
        levels.pop();
        const parts = [level.group.part(level.chosen), level.group.part(level.rest)] as const;
        const outer = levels.at(-1);
        if (outer === undefined) {
          return parts as unknown as [ExceptionGroup<Chosen> | undefined, ExceptionGroup<E> | undefined];
        }
        if (parts[0] !== undefined) outer.chosen.push(parts[0]);
        if (parts[1] !== undefined) outer.rest.push(parts[1]);
        continue;
      }
      const error = level.group.exceptions[level.next++];
      if (chooses(error)) level.chosen.push(error);
      else if (isInstance<ExceptionGroup>(error, ExceptionGroup)) levels.push(new Level(error));
      else level.rest.push(error);
    }
  }

  /** Makes a group like this one with other errors; override it in subclasses. Python: `derive()`. */
  derive<Other>(errors: Iterable<Other>): ExceptionGroup<Other> {
    const { cause } = this;
    // A single error is the cause of its own group, not of the parts.
    const isGiven = cause !== undefined && cause !== causeAmong(this.errors);
    return new ExceptionGroup(this.text, errors, isGiven ? { cause } : undefined);
  }

  private part<Other>(errors: Other[]): ExceptionGroup<Other> | undefined {
    return errors.length === 0 ? undefined : this.derive(errors);
  }
}

/** A group that is being split. */
class Level {
  readonly group: ExceptionGroup;
  readonly chosen: unknown[] = [];
  readonly rest: unknown[] = [];
  /** The index of the next error to look at. */
  next = 0;

  constructor(group: ExceptionGroup) {
    this.group = group;
  }
}

function listOfErrors<E>(message: unknown, errors: Iterable<E>, options: unknown, name: string): E[] {
  const where = `new ${name}`;
  if (typeof message !== "string") {
    throw new TypeError(`${where}() needs a message that is a string, got ${describe(message)}`);
  }
  assertOptions(options, where);
  if (typeof errors !== "object" || errors === null || typeof errors[Symbol.iterator] !== "function") {
    throw new TypeError(
      `${where}() needs a list of errors, got ${describe(errors)}; write ${where}("message", [error])`,
    );
  }
  const list = [...errors];
  if (list.length === 0) throw new TypeError(`${where}() needs at least one error, got an empty list`);
  return list;
}

/** Adds the cause of a group with a single error, unless a cause is given. */
function withCause(list: readonly unknown[], options: ErrorOptions | undefined): ErrorOptions | undefined {
  const cause = options !== undefined && "cause" in options ? undefined : causeAmong(list);
  return cause === undefined ? options : { cause };
}

/** Returns the cause of a group with a single error; undefined if there are more. */
function causeAmong(list: readonly unknown[]): unknown {
  const [error] = list;
  if (list.length > 1) return undefined;
  try {
    const isSingle = isInstance<ExceptionGroup>(error, ExceptionGroup) && error.errors.length === 1;
    return isSingle ? error.cause : error;
  } catch {
    return error; // A proxy that throws.
  }
}

/** Returns `2 sub-exceptions: TypeError: a; Error: b`. */
function namesOf(list: readonly unknown[]): string {
  const count = list.length;
  const named = list.slice(0, MOST_NAMED);
  const longest = Math.floor(NAMES_LENGTH / named.length);
  const names = named.map((error) => cut(nameOf(error, longest), longest));
  if (count > MOST_NAMED) names.push(`… and ${(count - MOST_NAMED).toLocaleString("en-US")} more`);
  return `${count.toLocaleString("en-US")} sub-exception${count === 1 ? "" : "s"}: ${names.join("; ")}`;
}

/** Returns an error's name and message in one line, of which no more than `longest` characters are used. */
function nameOf(error: unknown, longest: number): string {
  // A message may have any length, so it is cut before anything else is done with it.
  const line = (text: string): string =>
    text
      .slice(0, 2 * longest)
      .replace(/\s+/g, " ")
      .trim();
  try {
    if (typeof error === "string") return describe(line(error));
    const { name, message } = error as Partial<Error>;
    if (typeof name === "string" && typeof message === "string") {
      return message === "" ? line(name) : `${line(name)}: ${line(message)}`;
    }
  } catch {
    // A proxy, or a getter, that throws; undefined and null.
  }
  return describe(error);
}

function predicate(filter: ErrorFilter): (error: unknown) => boolean {
  if (Array.isArray(filter)) {
    const wrong = filter.findIndex((one) => !isErrorClass(one));
    if (wrong >= 0) throw noFilter(`an array with ${describe(filter[wrong])} in it`);
    return (error) => filter.some((one) => isInstance(error, one));
  }
  if (isErrorClass(filter)) return (error) => isInstance(error, filter);
  if (typeof filter !== "function") throw noFilter(describe(filter));
  if (isGeneratorFunction(filter) || isAsyncFunction(filter)) {
    throw noFilter("an async function or a generator function, whose answer would always be true");
  }
  return filter as (error: unknown) => boolean;
}

function noFilter(given: string): TypeError {
  return new TypeError(
    `split() and subgroup() need a filter of errors, got ${given}; ` +
      "write split(TypeError), split([TypeError, RangeError]) or split((error) => …)",
  );
}

function isErrorClass(filter: unknown): filter is ErrorClass<unknown> {
  if (typeof filter !== "function") return false;
  // An error may be of any class; a predicate is no class.
  return filter === Error || filter.prototype instanceof Error || /^class\b/.test(String(filter));
}

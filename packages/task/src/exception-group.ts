import { isGeneratorFunction } from "@asyncio-ts/coroutine/internal";
import { assertOptions, describe, isAsyncFunction, isInstance, nameError } from "@asyncio-ts/future/lowlevel";

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
 * @example
 * ```ts
 * import { ExceptionGroup } from "@asyncio-ts/task";
 *
 * const group = new ExceptionGroup("two failed", [new TypeError("a"), new RangeError("b")]);
 * const [typeErrors, others] = group.split(TypeError);
 * console.log(group.message, "|", typeErrors?.exceptions.length, others?.exceptions.length);
 * // prints: two failed (2 sub-exceptions) | 1 1
 * ```
 */
export class ExceptionGroup<E = unknown> extends AggregateError {
  private readonly text: string;

  static {
    nameError(this, "ExceptionGroup");
  }

  /** @throws TypeError if the message is not a string, or the errors are not a list, or an empty one. */
  constructor(message: string, errors: Iterable<E>, options?: ErrorOptions) {
    const list = listOfErrors(message, errors, options, new.target.name);
    super(list, `${message} (${list.length} sub-exception${list.length === 1 ? "" : "s"})`, options);
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
    return new ExceptionGroup(
      this.text,
      errors,
      this.cause === undefined ? undefined : { cause: this.cause },
    );
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

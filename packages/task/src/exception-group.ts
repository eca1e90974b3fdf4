import { nameError } from "@asyncio-ts/future/ambient";

/** Chooses errors: a class, several classes, or a predicate. */
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

  /**
   * @throws TypeError if there are no errors.
   */
  constructor(message: string, errors: Iterable<E>, options?: ErrorOptions) {
    const list = [...errors];
    if (list.length === 0) throw new TypeError("an ExceptionGroup needs at least one error");
    super(list, `${message} (${list.length} sub-exception${list.length === 1 ? "" : "s"})`, options);
    this.text = message;
    Object.defineProperty(this, "text", { enumerable: false });
  }

  /** The errors. Python: `exceptions`. */
  get exceptions(): readonly E[] {
    return this.errors as E[];
  }

  /**
   * The group of those errors, however deep, that the filter chooses; undefined if there are none. Python:
   * `subgroup()`.
   */
  subgroup<Chosen = E>(filter: ErrorFilter<Chosen>): ExceptionGroup<Chosen> | undefined {
    return this.split(filter)[0];
  }

  /** The group of the errors that the filter chooses, and the group of the others. Python: `split()`. */
  split<Chosen = E>(
    filter: ErrorFilter<Chosen>,
  ): [chosen: ExceptionGroup<Chosen> | undefined, rest: ExceptionGroup<E> | undefined] {
    const chooses = predicate(filter);
    if (chooses(this)) return [this as ExceptionGroup<unknown> as ExceptionGroup<Chosen>, undefined];
    const chosen: Chosen[] = [];
    const rest: E[] = [];
    for (const error of this.exceptions) {
      if (error instanceof ExceptionGroup) {
        const [inside, outside] = error.split(chooses);
        if (inside !== undefined) chosen.push(inside as Chosen);
        if (outside !== undefined) rest.push(outside as E);
      } else if (chooses(error)) chosen.push(error as unknown as Chosen);
      else rest.push(error);
    }
    return [this.part(chosen), this.part(rest)];
  }

  /** A group like this one with other errors; override it in subclasses. Python: `derive()`. */
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

function predicate(filter: ErrorFilter): (error: unknown) => boolean {
  if (Array.isArray(filter)) return (error) => filter.some((one) => error instanceof one);
  if (isErrorClass(filter)) return (error) => error instanceof filter;
  if (typeof filter === "function") return filter as (error: unknown) => boolean;
  throw new TypeError("split() and subgroup() need an error class, an array of classes or a predicate");
}

function isErrorClass(filter: unknown): filter is ErrorClass<unknown> {
  if (typeof filter !== "function") return false;
  // An error may be of any class; a predicate is no class.
  return filter === Error || filter.prototype instanceof Error || /^class\b/.test(String(filter));
}

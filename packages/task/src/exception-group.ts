/** Chooses errors: a class, several classes, or a predicate. */
export type Condition<E = unknown> = ErrorClass<E> | readonly ErrorClass<E>[] | ((error: unknown) => boolean);

type ErrorClass<E> = abstract new (...args: never) => E;

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
export class ExceptionGroup extends AggregateError {
  private readonly text: string;

  static {
    this.prototype.name = "ExceptionGroup";
  }

  /**
   * @throws TypeError if there are no errors.
   */
  constructor(message: string, errors: Iterable<unknown>, options?: ErrorOptions) {
    const list = [...errors];
    if (list.length === 0) throw new TypeError("an ExceptionGroup needs at least one error");
    super(list, `${message} (${list.length} sub-exception${list.length === 1 ? "" : "s"})`, options);
    this.text = message;
    Object.defineProperty(this, "text", { enumerable: false });
  }

  /** The errors. Python: `exceptions`. */
  get exceptions(): readonly unknown[] {
    return this.errors;
  }

  /** The group of those errors, however deep, that the condition chooses; undefined if there are none. Python: `subgroup()`. */
  subgroup(condition: Condition): ExceptionGroup | undefined {
    return this.split(condition)[0];
  }

  /** The group of the errors that the condition chooses, and the group of the others. Python: `split()`. */
  split(condition: Condition): [matching: ExceptionGroup | undefined, rest: ExceptionGroup | undefined] {
    const matches = predicate(condition);
    if (matches(this)) return [this, undefined];
    const matching: unknown[] = [];
    const rest: unknown[] = [];
    for (const error of this.exceptions) {
      if (error instanceof ExceptionGroup) {
        const [inside, outside] = error.split(matches);
        if (inside !== undefined) matching.push(inside);
        if (outside !== undefined) rest.push(outside);
      } else if (matches(error)) matching.push(error);
      else rest.push(error);
    }
    return [this.part(matching), this.part(rest)];
  }

  /** A group like this one with other errors; override it in subclasses. Python: `derive()`. */
  derive(errors: Iterable<unknown>): ExceptionGroup {
    return new ExceptionGroup(
      this.text,
      errors,
      this.cause === undefined ? undefined : { cause: this.cause },
    );
  }

  private part(errors: unknown[]): ExceptionGroup | undefined {
    return errors.length === 0 ? undefined : this.derive(errors);
  }
}

function predicate(condition: Condition): (error: unknown) => boolean {
  if (Array.isArray(condition)) return (error) => condition.some((one) => error instanceof one);
  if (isErrorClass(condition)) return (error) => error instanceof condition;
  if (typeof condition === "function") return condition as (error: unknown) => boolean;
  throw new TypeError("split() and subgroup() need an error class, an array of classes or a predicate");
}

function isErrorClass(condition: unknown): condition is ErrorClass<unknown> {
  if (typeof condition !== "function") return false;
  return condition === Error || (condition as { prototype?: unknown }).prototype instanceof Error;
}

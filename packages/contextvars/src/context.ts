/**
 * Context: values of variables in which code can be run. It is a cell with a public face.
 *
 * States: left, entered. It is entered while `run` is on the stack (`cell.entered`), and during the steps of a
 * task, or the turn of a callback, that was given it. Only a context that is left can be entered, so its values
 * never change under the code that runs in it. While another context is entered inside, it stays entered: `run`,
 * and an eager start of a task, mark the cell of the code around it too.
 */
import { type contract, slot, variables } from "@asyncio-ts/future/internal";
import {
  assertFunction,
  atCallOf,
  describe,
  inspectAsString,
  type PublicFunction,
} from "@asyncio-ts/future/lowlevel";
import { type ContextVar, isContextVar } from "./context-var.js";
import { bindingsIn, find } from "./values.js";
import {
  currentVariables,
  hold,
  isEntered,
  noValues,
  stepWith,
  useVariables,
  valuesOf,
} from "./variables.js";

/** The cell makes it a `ContextLike`. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- a class may not declare a member with this name
export interface Context {
  readonly [variables]: contract.Cell;
}

/**
 * The values of variables at one place of a program, to run other code there: a task
 * (`createTask(body, { context })`) or a function (`run`). Iterating over it gives the variables that have a
 * value in it. Python: `contextvars.Context`.
 *
 * @example
 * ```ts
 * import { Context, ContextVar } from "@asyncio-ts/contextvars";
 *
 * const user = new ContextVar("user", { default: "nobody" });
 * const context = new Context();
 * context.run(() => user.set("Ann"));
 * console.log(context.get(user), user.get(), context);
 * // prints: Ann nobody <Context of user>
 * ```
 */
export class Context {
  static {
    inspectAsString(this.prototype);
  }

  /** Creates a context without values. Python: `Context()`. */
  constructor() {
    useVariables();
    const cell: contract.Cell = { values: noValues, entered: false };
    Object.defineProperty(this, variables, { value: cell });
  }

  /** How many variables have a value. Python: `len(context)`. */
  get size(): number {
    let size = 0;
    for (const _ of this) size++;
    return size;
  }

  /**
   * Calls `fn(...args)` in this context, and returns what it returns: what the function sets stays in the
   * context. It is for functions that end in the call. The code of an async function after its first `await` runs
   * in the context of its task; for that write `createTask(() => fn(), { context })`. Python: `run()`.
   *
   * @throws TypeError if `fn` is not a function; Error if this context is entered already; what `fn` throws.
   */
  run<Args extends unknown[], R>(fn: (...args: Args) => R, ...args: Args): R {
    assertFunction(fn, "Context.run", Context.prototype.run);
    if (isEntered(this)) throw this.enteredTwice();
    const cell = this[variables];
    const outer = hold();
    const { stepping } = slot;
    slot.stepping = stepWith(cell);
    cell.entered = true;
    try {
      return fn(...args);
    } finally {
      if (outer !== undefined) outer.entered = false;
      cell.entered = false;
      slot.stepping = stepping;
    }
  }

  /** Returns a context with the same values; both then change on their own. Python: `copy()`. */
  copy(): Context {
    return contextOf(this[variables]);
  }

  /**
   * Tells whether a variable has a value in this context; its default does not count. Python: `var in context`.
   *
   * @throws TypeError if it is not a variable.
   */
  has(variable: ContextVar<unknown>): boolean {
    return find(this[variables].values, assertVariable(variable, Context.prototype.has)) !== undefined;
  }

  /**
   * Returns the value of a variable in this context; without one `fallback`, whatever the variable's default is.
   * Python: `get()`.
   *
   * @throws TypeError if it is not a variable.
   */
  get<T>(variable: ContextVar<T>): T | undefined;
  get<T, Fallback>(variable: ContextVar<T>, fallback: Fallback): T | Fallback;
  get(variable: ContextVar<unknown>, fallback?: unknown): unknown {
    const binding = find(this[variables].values, assertVariable(variable, Context.prototype.get));
    return binding === undefined ? fallback : binding.value;
  }

  /** Iterates over the variables that have a value. Python: `keys()`. */
  *keys(): Generator<ContextVar<unknown>, void> {
    for (const { variable } of bindingsIn(this[variables].values)) yield variable as ContextVar<unknown>;
  }

  /** Iterates over the values. Python: `values()`. */
  *values(): Generator<unknown, void> {
    for (const { value } of bindingsIn(this[variables].values)) yield value;
  }

  /** Iterates over the variables with their values. Python: `items()`. */
  *entries(): Generator<[variable: ContextVar<unknown>, value: unknown], void> {
    for (const { variable, value } of bindingsIn(this[variables].values)) {
      yield [variable as ContextVar<unknown>, value];
    }
  }

  /** Iterates over the variables that have a value, as in Python. */
  [Symbol.iterator](): Generator<ContextVar<unknown>, void> {
    return this.keys();
  }

  toString(): string {
    const names = Array.from(this, ({ name }) => name);
    return names.length === 0 ? "<Context without values>" : `<Context of ${names.join(", ")}>`;
  }

  private enteredTwice(): Error {
    const message = `run() on ${this}, in which code runs already; run the function in a copy of it: context.copy().run(…)`;
    return atCallOf(Context.prototype.run, new Error(message));
  }
}

/**
 * Returns a copy of the context that the calling code runs in. It costs one reference, however many variables
 * there are. Python: `contextvars.copy_context`.
 *
 * @example
 * ```ts
 * import { ContextVar, copyContext } from "@asyncio-ts/contextvars";
 *
 * const user = new ContextVar("user", { default: "nobody" });
 * user.set("Ann");
 * const context = copyContext();
 * user.set("Bob");
 * console.log(context.run(() => user.get()), user.get());
 * // prints: Ann Bob
 * ```
 */
export function copyContext(): Context {
  return contextOf(currentVariables());
}

function contextOf(held: contract.Values | contract.Cell | undefined): Context {
  const context = new Context();
  context[variables].values = valuesOf(held);
  return context;
}

function assertVariable(value: ContextVar<unknown>, from: PublicFunction): ContextVar<unknown> {
  if (isContextVar(value)) return value;
  throw atCallOf(from, new TypeError(`a Context has values of ContextVars, and none of ${describe(value)}`));
}

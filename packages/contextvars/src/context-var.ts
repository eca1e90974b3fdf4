/**
 * ContextVar: a variable whose value follows the running code. It holds no value itself: `get` and `set` ask
 * the home of the calling code for its values (`variables.ts`).
 *
 * Token: what a `set` has replaced. States: fresh, used (`used`: its variable was reset). It is good for one
 * `reset`, of the variable that made it (`var`), in the context where it was made (`cell`). It is in this file
 * because the two classes need each other.
 */
import { type contract, slot } from "@asyncio-ts/future/internal";
import {
  assertOptions,
  atCallOf,
  brandInstances,
  describe,
  hasBrand,
  inspectAsString,
  readFlag,
} from "@asyncio-ts/future/lowlevel";
import { LookupError } from "./errors.js";
import { bringTransferred, whenTransferred } from "./transfer.js";
import { type Binding, find, number, withBinding } from "./values.js";
import { currentCell, currentVariables, valuesOf } from "./variables.js";

const brand: unique symbol = Symbol.for("asyncio-ts.ContextVar");

/** Options for `new ContextVar()`. */
export interface ContextVarOptions<T> {
  /** The value of `get()` where the variable has none. */
  readonly default?: T;
  /**
   * Sends the value to the workers of `@asyncio-ts/executor` with each job. There the variable of the same name,
   * which must have this option too, has it while the job runs. It must be a value that can be cloned.
   */
  readonly transfer?: boolean;
}

/**
 * A variable with a value for each context: a task has a copy of its maker's, so a `set` in it is seen by the
 * code that it calls and the tasks that it makes, and by nobody else. Python: `contextvars.ContextVar`.
 *
 * Make variables once, at the top of a module: a context holds those that have a value in it.
 *
 * @example
 * ```ts
 * import { ContextVar } from "@asyncio-ts/contextvars";
 * import { gather, run, sleep } from "@asyncio-ts/task";
 *
 * const user = new ContextVar("user", { default: "nobody" });
 * const greet = async () => console.log(`hello ${user.get()}`);
 * const handle = async (name: string) => {
 *   user.set(name);
 *   await sleep(10);
 *   await greet();
 * };
 * await run(async () => {
 *   await gather([() => handle("Ann"), () => handle("Bob")]);
 *   await greet();
 * });
 * // prints: hello Ann
 * // prints: hello Bob
 * // prints: hello nobody
 * ```
 */
export class ContextVar<T> {
  static {
    brandInstances(this.prototype, brand);
    inspectAsString(this.prototype);
  }

  /** The name, for messages and for workers. Python: `ContextVar.name`. */
  readonly name: string;
  /** For the map of values. @internal */
  readonly [number]: number;
  /** True if workers get its value. @internal */
  readonly transfer: boolean;
  private readonly hasDefault: boolean;
  private readonly byDefault: T | undefined;

  /** @throws TypeError if the name is not a string, or for a wrong option. */
  constructor(name: string, options: ContextVarOptions<T> = {}) {
    if (typeof name !== "string") {
      throw new TypeError(`new ContextVar() needs a name that is a string, got ${describe(name)}`);
    }
    assertOptions(options, "new ContextVar", ContextVar);
    this.name = name;
    this.transfer = readFlag(options, "transfer", "new ContextVar", ContextVar);
    this.hasDefault = "default" in options;
    this.byDefault = options.default;
    this[number] = slot.variableCount = (slot.variableCount ?? 0) + 1;
    if (!this.transfer) return;
    bringTransferred();
    whenTransferred(name, (value) => this.set(value as T));
  }

  /**
   * Returns the value here: that of the running task, callback or `Context.run`. Without one it returns
   * `fallback`, and without that the default. Python: `get()`.
   *
   * @throws LookupError if there is none of the three.
   */
  get(): T;
  get<Fallback>(fallback: Fallback): T | Fallback;
  get(...fallback: [unknown?]): unknown {
    const binding = find(valuesOf(currentVariables()), this);
    return binding === undefined ? this.without(fallback) : binding.value;
  }

  /**
   * Sets the value here, and returns a token for `reset()`. Tasks and callbacks that were made before do not see
   * it. Python: `set()`.
   */
  set(value: T): Token<T> {
    const cell = currentCell();
    const { values } = cell;
    const token = new Token<T>(this, cell, find(values, this));
    cell.values = withBinding(values, this, { variable: this, value } satisfies Binding);
    return token;
  }

  /**
   * Takes the variable back to what it was before the `set()` that returned the token. Python: `reset()`.
   *
   * @throws TypeError if it is not a token; Error if it was used before, if it is of another variable, or if it
   * was made in another context: another task, or a callback.
   */
  reset(token: Token<T>): void {
    const { cell, binding } = assertToken(token, this);
    cell.values = withBinding(cell.values, this, binding);
    token.used = true;
  }

  toString(): string {
    return `<ContextVar '${this.name}'${this.hasDefault ? `, default ${describe(this.byDefault)}` : ""}>`;
  }

  /** Returns what `get` returns where there is no value. */
  private without(fallback: [unknown?]): unknown {
    if (fallback.length > 0) return fallback[0];
    if (this.hasDefault) return this.byDefault;
    const message = `${this} has no value here; set() it in this context, or write get(fallback)`;
    throw atCallOf(ContextVar.prototype.get, new LookupError(message));
  }
}

/**
 * Takes a variable back to the value before a `set()`, which returns it: by `reset(token)`, or with
 * `using token = variable.set(…)` at the end of the block. Python: `contextvars.Token`.
 *
 * @example
 * ```ts
 * import { ContextVar, Token } from "@asyncio-ts/contextvars";
 *
 * const user = new ContextVar<string>("user");
 * const token = user.set("Ann");
 * console.log(token.var === user, token.oldValue === Token.MISSING);
 * user.reset(token);
 * console.log(user.get("nobody"));
 * // prints: true true
 * // prints: nobody
 * ```
 */
export class Token<T> implements Disposable {
  static {
    inspectAsString(this.prototype);
  }

  /** The `oldValue` of a token if the variable had no value. Python: `Token.MISSING`. */
  static readonly MISSING: unique symbol = Symbol.for("asyncio-ts.Token.MISSING");

  /** The variable that was set. Python: `Token.var`. */
  readonly var: ContextVar<T>;
  /** For the variable: the place of the change. @internal */
  readonly cell: contract.Cell;
  /** For the variable: what it had there. @internal */
  readonly binding: Binding | undefined;
  /** For the variable. @internal */
  used = false;

  /** Made by `ContextVar.set()`. @internal */
  constructor(variable: ContextVar<T>, cell: contract.Cell, binding: Binding | undefined) {
    this.var = variable;
    this.cell = cell;
    this.binding = binding;
  }

  /** The value that was replaced; `Token.MISSING` if there was none. Python: `Token.old_value`. */
  get oldValue(): T | typeof Token.MISSING {
    return this.binding === undefined ? Token.MISSING : (this.binding.value as T);
  }

  /** Does `reset()`; does nothing if that was done. Python 3.14: `with variable.set(…)`. */
  [Symbol.dispose](): void {
    if (!this.used) this.var.reset(this);
  }

  toString(): string {
    return `<Token of ${this.var}${this.used ? ", used" : ""}>`;
  }
}

/** Tells whether `value` is a variable, of any installed version. */
export function isContextVar(value: unknown): value is ContextVar<unknown> {
  return hasBrand(value, brand);
}

/** Throws unless a variable may be reset by a token here. */
function assertToken<T>(token: Token<T>, variable: ContextVar<T>): Token<T> {
  const refuse = (message: string, errors = Error): never => {
    throw atCallOf(ContextVar.prototype.reset, new errors(`reset() of ${variable} ${message}`));
  };
  if (!isToken(token))
    return refuse(`needs the token that set() returned, got ${describe(token)}`, TypeError);
  if (token.used) return refuse("was given a token that was used before; a token is good for one reset()");
  if (token.var !== variable) return refuse(`was given ${token}; call reset() of that variable`);
  if (token.cell !== currentVariables()) {
    return refuse("was given a token of another context; call it in the task or callback that called set()");
  }
  return token;
}

function isToken(value: unknown): boolean {
  return typeof value === "object" && value !== null && isContextVar((value as Partial<Token<unknown>>).var);
}

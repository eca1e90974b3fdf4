/**
 * Scopes: the timeouts and task groups whose bodies a task is running. Each has a signal of its own, which is
 * aborted by what cancels that body: its owner, and the owners around it. See `Cancellation.signalOf`.
 *
 * A task keeps its scopes in one list, the latest first. Usually each encloses those entered after it, and
 * the latest is the scope of all code that runs. `Promise.all` may enter several side by side, and code that
 * nobody awaits runs on beside them. `currentScope` tells them apart:
 *   1. code of a generator coroutine, and the synchronous beginning of an async function, by `line`: the
 *      driver that runs it has entered the scope
 *   2. other code by a store, in the context in which the driver calls async functions
 *   3. without either, the latest scope that is not stored: in browsers, which have no stores, that of all
 * To store a scope costs some 300 ns, as much as a timeout that does not expire. So a scope is stored only
 * once the program has asked for a signal.
 *
 * States: active (`line` is set, in the list of its task), left.
 */
import { type contract, slot } from "@asyncio-ts/future/internal";
import { innermost } from "./members.js";

/** A task that runs. */
interface ScopedTask {
  [innermost]: object | undefined;
}

let isAsked = false;

/** Notes that the program asks for a signal: from now on scopes are stored. */
export function signalIsAsked(): void {
  isAsked = true;
}

export class Scope {
  readonly owner: object;
  readonly task: ScopedTask;
  /** The scope around it; undefined for the task itself. */
  readonly parent: Scope | undefined;
  /** The driver that runs the body; undefined once the scope was left. */
  line: contract.StepContext | undefined;
  /** The scope that its task had entered before. */
  before: Scope | undefined;
  isStored = false;

  /** Enters the scope of an owner, whose generator is being stepped. */
  constructor(task: ScopedTask, owner: object) {
    this.task = task;
    this.owner = owner;
    this.before = task[innermost] as Scope | undefined;
    this.parent = isAsked ? currentScope(task) : this.before;
    this.line = slot.stepping;
    task[innermost] = this;
    if (isAsked) this.store();
  }

  /** Tells whether it is the scope of an owner, or inside that. */
  isWithin(owner: object): boolean {
    if (this.owner === owner) return true;
    for (let { parent } = this; parent !== undefined; { parent } = parent) {
      if (parent.owner === owner) return true;
    }
    return false;
  }

  leave(): void {
    if (this.isStored) this.enter(this.parent);
    this.line = undefined;
    const { task } = this;
    if (task[innermost] === this) task[innermost] = this.before;
    else this.leaveMiddle();
  }

  /** Leaves while a scope beside it is active. */
  private leaveMiddle(): void {
    for (let later = this.task[innermost] as Scope | undefined; later !== undefined; later = later.before) {
      if (later.before === this) later.before = this.before;
    }
  }

  private store(): void {
    if (slot.storage === undefined) slot.storage = slot.makeStorage?.() ?? null;
    this.isStored = slot.storage !== null;
    if (this.isStored) this.enter(this);
  }

  /** Has the driver go on in the context of a scope. */
  private enter(scope: Scope | undefined): void {
    const context = slot.storage?.withScope(this.line?.context, scope);
    if (context !== undefined) this.line?.within?.(context);
  }
}

/** Returns the scope of the running code of a task; undefined if that is in none. */
export function currentScope(task: ScopedTask): Scope | undefined {
  const latest = task[innermost] as Scope | undefined;
  if (latest === undefined) return undefined;
  const { stepping, storage } = slot;
  for (let scope: Scope | undefined = latest; scope !== undefined; scope = scope.before) {
    if (scope.line === stepping && stepping !== undefined) return scope;
  }
  let scope = storage ? (storage.scopeIn() as Scope | undefined) : undefined;
  // A generator that an async function awaits: its steps may run outside that function's context.
  if (scope?.task !== task && storage && stepping?.context !== undefined) {
    scope = storage.scopeIn(stepping.context) as Scope | undefined;
  }
  if (scope?.task !== task) return withoutStore(latest);
  while (scope !== undefined && scope.line === undefined) scope = scope.parent;
  return scope;
}

function withoutStore(latest: Scope): Scope | undefined {
  let scope: Scope | undefined = latest;
  while (scope?.isStored === true) scope = scope.before;
  return scope;
}

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
import { cancellationOf } from "./members.js";

/** A task that runs. */
interface ScopedTask {
  /** The latest of its scopes. */
  surroundings: object | undefined;
  [cancellationOf](): { left(scope: Scope): void } | undefined;
}

let isAsked = false;

/** Notes that the program asks for a signal: from now on scopes are stored. */
export function signalIsAsked(): void {
  isAsked = true;
}

/** A timeout or a task group, as the scope of its body. Its members are for the modules of this package. */
export abstract class Scope {
  /** The task that has entered the scope. @internal */
  task: ScopedTask | undefined = undefined;
  /** The driver that runs the body; undefined before, and once the scope was left. @internal */
  line: contract.StepContext | undefined = undefined;
  /** The scope that the task had entered before. @internal */
  before: Scope | undefined = undefined;
  /** If the scope is stored, the scope around it, undefined for the task itself; null otherwise. @internal */
  around: Scope | undefined | null = null;

  /** Enters the scope, whose generator is being stepped. @internal */
  protected enterScope(task: ScopedTask): void {
    this.task = task;
    this.before = task.surroundings as Scope | undefined;
    if (isAsked) this.store(task);
    this.line = slot.stepping;
    task.surroundings = this;
  }

  /** Leaves the scope, when what its body threw has been looked at. @internal */
  protected leaveScope(task: ScopedTask): void {
    if (isAsked) this.forget(task);
    this.line = undefined;
    if (task.surroundings === this) task.surroundings = this.before;
    else this.leaveMiddle(task);
  }

  /** Ends what there is once a signal was asked for. */
  private forget(task: ScopedTask): void {
    if (this.around !== null) this.runLineIn(this.around);
    task[cancellationOf]()?.left(this);
  }

  /** Leaves while a scope beside it is active. */
  private leaveMiddle(task: ScopedTask): void {
    for (let later = task.surroundings as Scope | undefined; later !== undefined; later = later.before) {
      if (later.before === this) later.before = this.before;
    }
  }

  private store(task: ScopedTask): void {
    if (slot.storage === undefined) slot.storage = slot.makeStorage?.() ?? null;
    if (slot.storage === null) return;
    this.around = currentScope(task);
    this.line = slot.stepping;
    this.runLineIn(this);
  }

  /** Has the driver go on in the context of a scope. */
  private runLineIn(scope: Scope | undefined): void {
    const context = slot.storage?.withScope(this.line?.context, scope);
    if (context !== undefined) this.line?.within?.(context);
  }
}

/** Tells whether a scope is that of an owner of requests, or inside it. */
export function isWithin(scope: Scope | undefined, owner: object): boolean {
  for (let one = scope; one !== undefined; one = outerOf(one)) if (one === owner) return true;
  return false;
}

function outerOf(scope: Scope): Scope | undefined {
  return scope.around === null ? scope.before : scope.around;
}

/** Returns the scope of the running code of a task; undefined if that is in none. */
export function currentScope(task: ScopedTask): Scope | undefined {
  const latest = task.surroundings as Scope | undefined;
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
  while (scope !== undefined && scope.line === undefined) scope = outerOf(scope);
  return scope;
}

function withoutStore(latest: Scope): Scope | undefined {
  let scope: Scope | undefined = latest;
  while (scope !== undefined && scope.around !== null) scope = scope.before;
  return scope;
}

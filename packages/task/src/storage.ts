/**
 * Storage: the task in which the code of an async function runs after its first `await`, where no driver is
 * on the stack: the second of the three answers in `slot.ts`. Only programs with tasks have it.
 */
import { asyncHooks, type contract, slot } from "@asyncio-ts/future/internal";
import { captureContext, type TaskLike } from "@asyncio-ts/future/lowlevel";

/** Makes the storage for this runtime; null if it has none. */
export function makeStorage(): contract.Storage | null {
  const { makeLocal, nodeVersion } = asyncHooks;
  if (makeLocal === undefined) return null;
  const promiseHooks = nodeVersion < 24 ? hooksOfPromises() : undefined;
  return promiseHooks === undefined ? new LocalStorage(makeLocal) : new PromiseStorage(promiseHooks);
}

/** Returns V8's promise hooks, if the runtime has them. */
export function hooksOfPromises(): PromiseHooks | undefined {
  return process?.getBuiltinModule?.("node:v8")?.promiseHooks;
}

/**
 * A storage that is an AsyncLocalStorage. From Node 24 on `run` copies the map of all stores twice, there and
 * back. A context is left as a whole, so there once is enough, and the step context keeps the copy. Measured
 * on Node 24: a spawn 730 ns to 650, an HTTP handler in a task 51,000 requests a second to 65,000.
 */
export class LocalStorage implements contract.Storage {
  readonly local: contract.AsyncLocalStorage<TaskLike>;
  private readonly make: <Store>() => contract.AsyncLocalStorage<Store>;
  /** Made when a scope is stored, which few programs need. */
  private scopes: contract.AsyncLocalStorage<object> | undefined = undefined;

  constructor(make: <Store>() => contract.AsyncLocalStorage<Store>) {
    this.make = make;
    this.local = make();
  }

  getStore(): TaskLike | undefined {
    return this.local.getStore();
  }

  run<Args extends unknown[], R>(store: TaskLike | undefined, body: (...args: Args) => R, ...args: Args): R {
    return this.local.run(store, body, ...args);
  }

  capture(): contract.AsyncContext | undefined {
    return captureContext();
  }

  scopeIn(context?: contract.AsyncContext): object | undefined {
    const { scopes } = this;
    if (scopes === undefined || context === undefined) return scopes?.getStore();
    return context.runInAsyncScope(scopes.getStore, scopes);
  }

  withScope(
    context: contract.AsyncContext | undefined,
    scope: object | undefined,
  ): contract.AsyncContext | undefined {
    const scopes = (this.scopes ??= this.make<object>());
    const capture = (): contract.AsyncContext | undefined => scopes.run(scope, captureContext);
    return context === undefined ? capture() : context.runInAsyncScope(capture);
  }

  runIn<Args extends unknown[], R>(
    context: contract.AsyncContext,
    stepper: contract.StepContext,
    body: (...args: Args) => R,
    args: Args,
  ): R {
    return context.runInAsyncScope(this.enter, this, stepper, body, args) as R;
  }

  private enter<Args extends unknown[], R>(
    stepper: contract.StepContext,
    body: (...args: Args) => R,
    args: Args,
  ): R {
    if (this.local.getStore() !== stepper.awaiter) {
      this.local.enterWith(stepper.awaiter);
      stepper.entered?.(captureContext());
    }
    return body(...args);
  }
}

export interface PromiseHooks {
  /** Calls the functions for each promise; returns a function that ends this. */
  createHook(hooks: {
    init?(promise: object): void;
    before?(promise: object): void;
    after?(promise: object): void;
    settled?(): void;
  }): () => void;
}

const task = Symbol("asyncio-ts.task");
const scope: unique symbol = Symbol("asyncio-ts.scope");

interface Marked {
  [task]?: TaskLike;
  [scope]?: object;
}

interface ScopedContext extends contract.AsyncContext {
  [scope]?: object | undefined;
}

/**
 * A storage made of promise hooks alone: a promise remembers the task in which it was made, and its reactions
 * run in that. For Node 20 and 22, where an AsyncLocalStorage is based on async_hooks, which also see each
 * socket, timer and tick of the process. Measured on Node 20: a step of an async function 480 ns to 275, a
 * spawn 1,150 to 600, a sleeping task 130 bytes less; an HTTP handler in a task no longer loses a fifth of
 * its requests to it.
 *
 * The task is not carried across plain callbacks of the host: a `setTimeout` callback that a task has set
 * belongs to no task, where an AsyncLocalStorage would find it.
 */
export class PromiseStorage implements contract.Storage {
  private current: TaskLike | undefined = undefined;
  private currentScope: object | undefined = undefined;
  private readonly promiseHooks: PromiseHooks;
  private hasScopes = false;

  constructor(promiseHooks: PromiseHooks) {
    this.promiseHooks = promiseHooks;
    promiseHooks.createHook({
      init: (promise: Marked) => {
        const current = this.current ?? slot.stepping?.awaiter;
        if (current !== undefined) promise[task] = current;
      },
      before: (promise: Marked) => {
        this.current = promise[task];
      },
      after: () => {
        this.current = undefined;
      },
    });
  }

  capture(): contract.AsyncContext | undefined {
    const { currentScope } = this;
    return currentScope === undefined ? captureContext() : this.withScope(undefined, currentScope);
  }

  scopeIn(context?: ScopedContext): object | undefined {
    return context === undefined ? this.currentScope : context[scope];
  }

  withScope(
    context: contract.AsyncContext | undefined,
    entered: object | undefined,
  ): contract.AsyncContext | undefined {
    if (!this.hasScopes) this.followScopes();
    const scoped: ScopedContext | undefined =
      context === undefined ? captureContext() : context.runInAsyncScope(captureContext);
    if (scoped !== undefined) scoped[scope] = entered;
    return scoped;
  }

  /** Follows scopes by hooks of their own: few programs store one. */
  private followScopes(): void {
    this.hasScopes = true;
    this.promiseHooks.createHook({
      init: (promise: Marked) => {
        if (this.currentScope !== undefined) promise[scope] = this.currentScope;
      },
      before: (promise: Marked) => {
        this.currentScope = promise[scope];
      },
      after: () => {
        this.currentScope = undefined;
      },
    });
  }

  getStore(): TaskLike | undefined {
    return this.current;
  }

  run<Args extends unknown[], R>(store: TaskLike | undefined, body: (...args: Args) => R, ...args: Args): R {
    const { current } = this;
    this.current = store;
    try {
      return body(...args);
    } finally {
      this.current = current;
    }
  }

  runIn<Args extends unknown[], R>(
    context: ScopedContext,
    { awaiter }: contract.StepContext,
    body: (...args: Args) => R,
    args: Args,
  ): R {
    // Measured: to look for a scope in every context would be 4 % of a spawn.
    if (this.hasScopes) return this.runScoped(context, awaiter, body, args);
    return context.runInAsyncScope(this.run, this, awaiter, body as (...args: unknown[]) => R, ...args) as R;
  }

  private runScoped<Args extends unknown[], R>(
    context: ScopedContext,
    awaiter: TaskLike | undefined,
    body: (...args: Args) => R,
    args: Args,
  ): R {
    const { currentScope } = this;
    this.currentScope = context[scope];
    try {
      return context.runInAsyncScope(
        this.run,
        this,
        awaiter,
        body as (...args: unknown[]) => R,
        ...args,
      ) as R;
    } finally {
      this.currentScope = currentScope;
    }
  }
}

// No import: a bundle for browsers must not carry a reference to a module that is not there.
const { process } = globalThis as {
  process?: {
    getBuiltinModule?(name: "node:v8"): { readonly promiseHooks?: PromiseHooks } | undefined;
  };
};

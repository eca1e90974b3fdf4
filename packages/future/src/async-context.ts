/** The asynchronous context of some code: what all AsyncLocalStorages hold there. */
export interface AsyncContext {
  runInAsyncScope<This, Args extends unknown[], R>(
    body: (this: This, ...args: Args) => R,
    self?: This,
    ...args: Args
  ): R;
  /** True if the steps of the driver that has this context must enter it. */
  entered?: boolean;
}

export interface AsyncLocalStorage<Store> {
  getStore(): Store | undefined;
  run<Args extends unknown[], R>(store: Store | undefined, body: (...args: Args) => R, ...args: Args): R;
  enterWith(store: Store | undefined): void;
}

interface AsyncHooks {
  readonly AsyncResource: new (type: string, options: { requireManualDestroy: boolean }) => AsyncContext;
  readonly AsyncLocalStorage: new <Store>() => AsyncLocalStorage<Store>;
}

// No import: a bundle for browsers must not carry a reference to a module that is not there.
const { process } = globalThis as {
  process?: { getBuiltinModule?(name: "node:async_hooks"): AsyncHooks | undefined };
};

/** The module `async_hooks`; undefined in browsers. */
export const hooks: AsyncHooks | undefined = process?.getBuiltinModule?.("node:async_hooks");

/** Captures the context of the calling code; undefined where the runtime has none. Costs a few ns. */
export function captureContext(): AsyncContext | undefined {
  return hooks === undefined
    ? undefined
    : new hooks.AsyncResource("asyncio-ts", { requireManualDestroy: true });
}

/**
 * The asynchronous context of some code: what all AsyncLocalStorages hold there. Capturing one is an
 * AsyncResource, which costs a few ns. Entering one costs a third of a generator's step (15 to 20 ns of 55):
 * so a generator's steps enter theirs only if some AsyncLocalStorage has a store in it (`holdsStores`).
 *
 * No runtime tells that, so this looks into the AsyncResource. Where it can't tell, the answer is that there
 * are stores, which only costs time.
 *   - Node 24 and newer: a symbol leads to the frame, a map from each storage to its store, or to undefined.
 *   - Node 20 and 22: each storage puts its store on the resource, under a symbol of its own.
 *   - Bun, Deno and others: it can't tell.
 */
export interface AsyncContext {
  runInAsyncScope<This, Args extends unknown[], R>(
    body: (this: This, ...args: Args) => R,
    self?: This,
    ...args: Args
  ): R;
  /** True if the steps of the driver that has this context must enter it. */
  entered?: boolean;
}

interface AsyncHooks {
  readonly AsyncResource: new (type: string, options: { requireManualDestroy: boolean }) => AsyncContext;
  readonly AsyncLocalStorage?: { readonly prototype: StoreMethods };
}

/** The methods by which an AsyncLocalStorage gets a store. */
interface StoreMethods {
  run: StoreMethod;
  enterWith: StoreMethod;
}

type StoreMethod = (this: unknown, ...args: unknown[]) => unknown;

// No import: a bundle for browsers must not carry a reference to a module that is not there.
const { process } = globalThis as {
  process?: {
    readonly versions?: { readonly bun?: string; readonly deno?: string; readonly node?: string };
    readonly execArgv?: readonly string[];
    readonly env?: { readonly NODE_OPTIONS?: string };
    getBuiltinModule?(name: "node:async_hooks"): AsyncHooks | undefined;
  };
};
const { bun, deno, node } = process?.versions ?? {};
const hooks = process?.getBuiltinModule?.("node:async_hooks");

/** Captures the context of the calling code; undefined where the runtime has none. */
export function captureContext(): AsyncContext | undefined {
  return hooks === undefined
    ? undefined
    : new hooks.AsyncResource("asyncio-ts", { requireManualDestroy: true });
}

/** The version of Node; NaN in other runtimes. */
const nodeVersion: number =
  bun === undefined && deno === undefined ? Number.parseInt(node ?? "") : Number.NaN;

type Looked = Record<symbol, unknown>;

/** A context that holds nothing. The library may be loaded in a request's, so it is emptied below. */
export const root: AsyncContext | undefined = captureContext();
const isNode = !Number.isNaN(nodeVersion);
const symbols = isNode ? Object.getOwnPropertySymbols(root ?? {}) : [];
const frame = symbols.find(({ description }) => description === "context_frame");

/**
 * Tells whether a context has a store, or a frame of stores, under this symbol: any symbol is taken for a
 * storage's, except those of the two ids that Node puts on each resource.
 */
function hasStore(context: AsyncContext, symbol: symbol): boolean {
  return (
    !symbol.description?.endsWith("async_id_symbol") && (context as unknown as Looked)[symbol] !== undefined
  );
}

const storesOfRoot = symbols.filter((symbol) => hasStore(root as AsyncContext, symbol));
for (const symbol of storesOfRoot) (root as unknown as Looked)[symbol] = undefined;

const storages = hooks?.AsyncLocalStorage?.prototype;
const { run, enterWith } = storages ?? ({} as Partial<StoreMethods>);

/**
 * Calls `used` once, when the program gives some AsyncLocalStorage its first store. Until then no context has
 * to be looked at, which would cost a generator's spawn an eighth, and an `await` of a coroutine a third.
 * There is no event for it, so the two methods that set a store are replaced until the first call.
 */
export function whenStoresAreUsed(used: () => void): void {
  if (storages === undefined) return;
  if (run === undefined || enterWith === undefined || storesOfRoot.length > 0) {
    used();
    return;
  }
  const noticed = (method: StoreMethod): StoreMethod =>
    function (...args) {
      used();
      // Unless somebody has replaced them since.
      if (storages.run === noticing.run) storages.run = run;
      if (storages.enterWith === noticing.enterWith) storages.enterWith = enterWith;
      return method.apply(this, args);
    };
  const noticing: StoreMethods = { run: noticed(run), enterWith: noticed(enterWith) };
  try {
    Object.assign(storages, noticing);
  } catch {
    // Frozen: then stores may be used at any time.
    used();
  }
}

/** Exempts the library's own storage from `whenStoresAreUsed`. */
export function unnoticed<S extends object>(storage: S): S {
  return Object.assign(storage, { run, enterWith });
}

/** Tells whether Node was started with an option. */
function isStartedWith(option: string): boolean {
  return (
    process?.execArgv?.includes(option) === true || process?.env?.NODE_OPTIONS?.includes(option) === true
  );
}

const hasFrames =
  frame !== undefined &&
  (nodeVersion >= 24
    ? !isStartedWith("--no-async-context-frame")
    : isStartedWith("--experimental-async-context-frame"));

/** Tells whether an AsyncLocalStorage other than `own` has a store in the context; true if it can't tell. */
export function holdsStores(context: AsyncContext, own: object | undefined): boolean {
  if (hasFrames) {
    const stores = frameOf(context);
    if (stores === undefined) return false;
    // Not `instanceof`: Node's own maps ignore changes of `Map.prototype`.
    for (const [storage, store] of Map.prototype.entries.call(stores)) {
      if (store !== undefined && storage !== own) return true;
    }
    return false;
  }
  return !isNode || Object.getOwnPropertySymbols(context).some((symbol) => hasStore(context, symbol));
}

/**
 * Captures the calling code's context, which was entered as `context`; a new one if `enterWith` was called
 * since. Without frames, `enterWith` changes the context itself.
 */
export function recaptureContext(context: AsyncContext): AsyncContext {
  if (!hasFrames && isNode) return context;
  const now = captureContext() as AsyncContext;
  return hasFrames && frameOf(now) === frameOf(context) ? context : now;
}

function frameOf(context: AsyncContext): Map<unknown, unknown> | undefined {
  return (context as unknown as Looked)[frame as symbol] as Map<unknown, unknown> | undefined;
}

/** The parts of this module that the storage of the current task, and drivers that enter contexts, need. */
export const asyncHooks: {
  readonly nodeVersion: number;
  recaptureContext(context: AsyncContext): AsyncContext;
  unnoticed<S extends object>(storage: S): S;
} = { nodeVersion, recaptureContext, unnoticed };

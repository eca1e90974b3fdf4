/**
 * Stores: what the AsyncLocalStorages of a program hold. A generator's steps enter their context only if some
 * storage has a store in it, since that costs a third of a step (15 to 20 ns of 55).
 *
 * Two things tell: the watch in this file notices the first store that the program uses; from then on
 * `stores-in-context.ts` looks into each context. Only programs with tasks have that (`slot.stores`); others
 * enter each context from the first store on.
 */
import { type AsyncContext, type AsyncLocalStorage, captureContext, hooks } from "./async-context.js";
import { outsideTasks } from "./contexts.js";
import { slot } from "./slot.js";

/** The methods by which an AsyncLocalStorage gets a store. */
interface StoreMethods {
  run: StoreMethod;
  enterWith: StoreMethod;
}

type StoreMethod = (this: unknown, ...args: unknown[]) => unknown;

/** The stores that Node keeps on an AsyncResource, under symbols. */
export type Looked = Record<symbol, unknown>;

/**
 * Returns the symbols under which a context has a store, or a frame of stores: any symbol is taken for a
 * storage's, except those of the two ids that Node puts on each resource.
 */
export function storesIn(context: object): symbol[] {
  return Object.getOwnPropertySymbols(context).filter(
    (symbol) => !symbol.description?.endsWith("async_id_symbol") && (context as Looked)[symbol] !== undefined,
  );
}

/** The stores of the context in which the library is loaded, which may be a request's. */
const storesAtLoad = storesIn(captureContext() ?? {});

/** A context that holds nothing. */
export const root: AsyncContext | undefined = /* @__PURE__ */ emptyContext();

function emptyContext(): AsyncContext | undefined {
  const context = captureContext();
  for (const symbol of storesAtLoad) (context as unknown as Looked)[symbol] = undefined;
  return context;
}

const Local = hooks?.AsyncLocalStorage;
const storages = Local?.prototype as unknown as StoreMethods | undefined;
const { run, enterWith } = storages ?? ({} as Partial<StoreMethods>);

/**
 * Calls `used` once, when the program gives some AsyncLocalStorage its first store. Until then no context has
 * to be looked at, which would cost a generator's spawn an eighth, and an `await` of a coroutine a third.
 * There is no event for it, so the two methods that set a store are replaced until the first call.
 */
export function whenStoresAreUsed(used: () => void): void {
  if (storages === undefined) return;
  if (run === undefined || enterWith === undefined || storesAtLoad.length > 0) {
    used();
    return;
  }
  let isTold = false;
  const noticed = (method: StoreMethod): StoreMethod =>
    function (...args) {
      if (!isTold) used();
      isTold = true;
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

/** Makes a storage of this library's own, which `whenStoresAreUsed` does not notice; undefined without any. */
export const makeLocal: (<Store>() => AsyncLocalStorage<Store>) | undefined =
  Local && (() => Object.assign(new Local<never>(), { run, enterWith }));

if (slot.storesUsed === undefined) {
  slot.storesUsed = false;
  whenStoresAreUsed(() => (slot.storesUsed = true));
}

/** Calls `body` outside every task, in a context without stores. */
export function runOutside(body: () => void): void {
  outsideTasks(root, body, []);
}

/** The stores of AsyncLocalStorages that are not this library's. */
export const foreignStores = {
  /** Tells whether there may be one in `context`. */
  areIn(context: AsyncContext): boolean {
    return slot.storesUsed === true && slot.stores?.areIn(context, slot.storage?.local) !== false;
  },

  /**
   * Captures the calling code's context if there may be one in it. Tasks of a program that has only
   * generators need a context for nothing else.
   */
  capture(): AsyncContext | undefined {
    if (slot.storesUsed !== true) return undefined;
    const context = captureContext();
    return context !== undefined && foreignStores.areIn(context) ? context : undefined;
  },

  /** Captures the calling code's context, which was entered as `context`. */
  recapture(context: AsyncContext): AsyncContext | undefined {
    return slot.stores === undefined ? captureContext() : slot.stores.recapture(context);
  },
};

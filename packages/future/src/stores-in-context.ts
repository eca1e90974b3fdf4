/**
 * Looks for stores in a context. No runtime tells what is in one, so this looks into the AsyncResource. Where
 * it can't tell, the answer is that there are stores, which only costs time.
 *   - Node 24 and newer: a symbol leads to the frame, a map from each storage to its store, or to undefined.
 *   - Node 20 and 22: each storage puts its store on the resource, under a symbol of its own.
 *   - Bun, Deno and others: it can't tell.
 */
import { type AsyncContext, captureContext } from "./async-context.js";
import type { Stores } from "./contract.js";
import { type Looked, makeLocal, root, storesIn } from "./stores.js";

// No import: a bundle for browsers must not carry a reference to a module that is not there.
const { process } = globalThis as {
  process?: {
    readonly versions?: { readonly bun?: string; readonly deno?: string; readonly node?: string };
    readonly execArgv?: readonly string[];
    readonly env?: { readonly NODE_OPTIONS?: string };
  };
};
const { bun, deno, node } = process?.versions ?? {};

/** The version of Node; NaN in other runtimes. */
const nodeVersion: number =
  bun === undefined && deno === undefined ? Number.parseInt(node ?? "") : Number.NaN;

const isNode = !Number.isNaN(nodeVersion);
const frame = Object.getOwnPropertySymbols(root ?? {}).find(
  ({ description }) => description === "context_frame",
);

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
  return !isNode || storesIn(context).length > 0;
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

/** The parts of this module, and of the watch, that the package with tasks needs. */
export const asyncHooks: {
  readonly nodeVersion: number;
  readonly stores: Stores;
  readonly makeLocal: typeof makeLocal;
} = { nodeVersion, stores: { areIn: holdsStores, recapture: recaptureContext }, makeLocal };

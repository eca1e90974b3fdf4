/**
 * What the worker's entry shares with the module that it has loaded, in one slot on `globalThis`: the module may import
 * another copy of this package, or none at all.
 */
interface Slot {
  /** What `move` has been given: the objects to hand over with each value. Undefined until the first. */
  moved: WeakMap<object, readonly object[]> | undefined;
  /** Sends the progress of the job that runs now. Undefined outside of a worker. */
  report: ((value: unknown) => void) | undefined;
  /** Tells the pool that this worker belongs to of a process that has started here, or has ended. The same. */
  child: ((pid: number, alive: boolean) => void) | undefined;
}

const key = Symbol.for("asyncio-ts.executor");
const globals = globalThis as { [key]?: Slot };

export const shared: Slot = (globals[key] ??= { moved: undefined, report: undefined, child: undefined });

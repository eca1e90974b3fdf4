/**
 * State that the worker's entry shares with the module that it has loaded. It is in a slot on `globalThis`,
 * because the module may import another copy of this package, or none at all.
 */
interface Slot {
  /**
   * Values that `move` has marked, each with the objects to move. Undefined until the first call of `move`.
   */
  moved: WeakMap<object, readonly object[]> | undefined;
  /** Sends the progress of the running job. Undefined outside a worker. */
  report: ((value: unknown) => void) | undefined;
  /** Calls a service of the pool's owner. Undefined outside a worker. */
  call:
    | ((name: string, args: readonly unknown[], signal: AbortSignal | undefined) => Promise<unknown>)
    | undefined;
  /**
   * Notifies this worker's pool that a process, or a group (minus its number), has started or ended here.
   * Undefined outside a worker. `@asyncio-ts/subprocess` calls it, too.
   */
  child: ((pid: number, alive: boolean) => void) | undefined;
  /** The URL of the module of this worker, until its first job. Undefined outside a worker. */
  importing: string | undefined;
}

const key = Symbol.for("asyncio-ts.executor");
const globals = globalThis as { [key]?: Slot };

export const shared: Slot = (globals[key] ??= {
  moved: undefined,
  report: undefined,
  call: undefined,
  child: undefined,
  importing: undefined,
});

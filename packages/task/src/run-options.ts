import { assertOptions, describe, readFlag } from "@asyncio-ts/future/lowlevel";
import type { EventLoop } from "@asyncio-ts/loop";
import { signalsOf } from "./signals.js";

/** Options for `run()` and `new Runner()`. */
export interface RunOptions {
  /** Turns debug mode on: more checks and reports, which cost time. Default: ASYNCIO_DEBUG. */
  readonly debug?: boolean;
  /** Makes the loop. Default: `newEventLoop`; `virtualLoop` for tests. */
  readonly loopFactory?: () => EventLoop;
  /**
   * The milliseconds after the end of a run until tasks that do not stop are reported, and after a signal
   * until tasks that the cancellation can't reach are given up. Default: 5000.
   */
  readonly gracePeriod?: number;
  /**
   * The signals of the process that interrupt the run; false for none. Default: SIGINT (Ctrl-C) and SIGTERM.
   */
  readonly signals?: boolean | readonly string[];
}

/** Throws an error that names `where`, unless `options` are options of a run. */
export function assertRunOptions(options: RunOptions, where: string): void {
  assertOptions(options, where);
  readFlag(options, "debug", where);
  const { loopFactory, gracePeriod } = options;
  if (loopFactory !== undefined && typeof loopFactory !== "function") {
    throw new TypeError(
      `${where}() needs a loopFactory that is a function, got ${describe(loopFactory)}; write { loopFactory: newEventLoop }`,
    );
  }
  signalsOf(options.signals, where);
  if (gracePeriod === undefined) return;
  if (typeof gracePeriod !== "number" || !(gracePeriod >= 0)) {
    throw new RangeError(
      `${where}() needs a gracePeriod of 0 milliseconds or more, got ${describe(gracePeriod)}`,
    );
  }
}

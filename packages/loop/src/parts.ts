import { loopParts } from "@asyncio-ts/future/internal";
import type { LoopLike } from "@asyncio-ts/future/lowlevel";
import type { Host } from "./host.js";
import type { LoopScheduler } from "./loop-scheduler.js";
import type { Shutdown } from "./shutdown.js";
import type { SignalHandlers } from "./signal-handlers.js";

/** The parts of an event loop that the packages of this library use. */
export interface Parts {
  readonly scheduler: LoopScheduler;
  readonly host: Host;
  readonly shutdown: Shutdown;
  readonly signals: SignalHandlers;
}

/** Returns the parts of an event loop, of any installed copy. */
export function partsOf(loop: LoopLike): Parts {
  return loopParts.find(loop) as Parts;
}

/** Tells whether `value` is an event loop, of any installed copy. */
export function isEventLoop(value: unknown): boolean {
  return loopParts.find(value) !== undefined;
}

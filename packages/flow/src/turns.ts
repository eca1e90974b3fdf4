import type { Steps } from "@asyncio-ts/future";
import { ParkingLot } from "@asyncio-ts/sync/lowlevel";

/**
 * Lets one caller at a time pass, in order of arrival: a `Lock` for generators of this package, without what
 * its users need.
 *
 * A turn is handed over: it stays `taken` until its new holder passes it on, even if that is cancelled in
 * between.
 */
export class Turns extends ParkingLot {
  taken = false;

  /** Waits for the turn. The caller must call `pass` when it is done. */
  *take(): Steps<void> {
    if (this.taken) yield* this.park();
    this.taken = true;
  }

  /** Hands the turn over to the next caller. */
  pass(): void {
    this.taken = this.unpark();
  }
}

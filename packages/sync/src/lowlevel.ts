/**
 * `@asyncio-ts/sync/lowlevel`: for authors of primitives of their own, together with
 * `@asyncio-ts/coroutine/lowlevel`.
 */
export { ParkingLot, Waiter } from "./parking-lot.js";

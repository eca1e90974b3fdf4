/**
 * `@asyncio-ts/coroutine/lowlevel`: for authors of primitives of their own. It has coroutine objects that
 * try, wait for their turn and try again, and functions for context managers that run a body.
 */
export { assertBody, type BodyFor, runBody } from "./body.js";
export { PolledCoroutine, pending } from "./polled-coroutine.js";

/**
 * `@asyncio-ts/coroutine/internal`: for the sibling packages alone, without a promise of stability.
 */
export { takeBody } from "./body.js"; // task
export { itself } from "./coroutine.js"; // task
export { CoroutineDriver } from "./driver.js"; // task
export { isGeneratorFunction, isSteps } from "./generators.js"; // task, sync
export { unwrapReturned } from "./start.js"; // task

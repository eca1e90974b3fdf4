/** `@asyncio-ts/coroutine/internal`: for sibling packages only (listed behind each name), not stable. */
export { generatorOf, takeBody } from "./body.js"; // streams, http; task
export { itself } from "./coroutine.js"; // task
export { CoroutineDriver } from "./driver.js"; // task
export { isGeneratorFunction, isNativeGenerator, isSteps } from "./generators.js"; // task, sync
export type { IsAny, Unless } from "./refused.js"; // task
export { unwrapReturned } from "./start.js"; // task

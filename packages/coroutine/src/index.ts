export type { Body } from "./body.js";
export { Coroutine, coroutine, isCoroutine, type ResultOf, type Returned } from "./coroutine.js";

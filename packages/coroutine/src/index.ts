export { type Body, isCoroutine } from "./body.js";
export { Coroutine, coroutine, type ResultOf, type Returned } from "./coroutine.js";

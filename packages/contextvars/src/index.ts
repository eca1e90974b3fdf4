/**
 * `@asyncio-ts/contextvars`: values that follow tasks and callbacks, as Python's `contextvars`. They are equal in
 * async functions and generator coroutines, and in every runtime.
 *
 * @packageDocumentation
 */
export { Context, copyContext } from "./context.js";
export { ContextVar, type ContextVarOptions, Token } from "./context-var.js";
export { LookupError } from "./errors.js";

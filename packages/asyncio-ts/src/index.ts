/**
 * asyncio for TypeScript in one import: every public name of `@asyncio-ts/future`, `coroutine`,
 * `contextvars`, `loop`, `task`, `sync`, `flow`, `streams`, `executor` and
 * `subprocess`.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts";
 *
 * const fetchData = asyncio.coroutine(async (delay: number) => {
 *   await asyncio.sleep(delay);
 *   return "some data";
 * });
 * console.log(await asyncio.run(fetchData(10)));
 * // prints: some data
 * ```
 */
export * from "@asyncio-ts/contextvars";
export * from "@asyncio-ts/coroutine";
export * from "@asyncio-ts/executor";
export * from "@asyncio-ts/flow";
export * from "@asyncio-ts/future";
export * from "@asyncio-ts/loop";
export * from "@asyncio-ts/streams";
export * from "@asyncio-ts/subprocess";
export * from "@asyncio-ts/sync";
export * from "@asyncio-ts/task";

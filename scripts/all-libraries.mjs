// The libraries in one bundle, for size-limit: as four entry points each would bring its own copy of what they share.
export * as coroutine from "../packages/coroutine/dist/index.js";
export * as future from "../packages/future/dist/index.js";
export * as loop from "../packages/loop/dist/index.js";
export * as sync from "../packages/sync/dist/index.js";
export * as task from "../packages/task/dist/index.js";

/** `@asyncio-ts/task/internal`: for sibling packages only (listed behind each name), not stable. */
export { ObservedTask, type TaskObserver } from "./observed-task.js"; // http

/** The pages that the menus list. */

interface Page {
  readonly name: string;
  readonly title: string;
}

/** The sections of the tutorial. */
export const sections = [
  { name: "event-loop", title: "The event loop" },
  { name: "await", title: "Await" },
  { name: "tasks", title: "Tasks" },
  { name: "gather", title: "Gather" },
  { name: "task-group", title: "Task groups" },
  { name: "future", title: "Futures" },
  { name: "lock", title: "Locks" },
  { name: "semaphore", title: "Semaphores" },
  { name: "event", title: "Events" },
  { name: "condition", title: "Conditions" },
  { name: "when-to-use", title: "Tasks, threads or processes" },
] as const satisfies readonly Page[];

/** The recipes, each with a program of its name. */
export const recipes = [
  { name: "limit-concurrency", title: "Limit concurrency" },
  { name: "retry-with-back-off", title: "Retry with back-off" },
  { name: "request-deadline", title: "A deadline for a whole request" },
  { name: "first-answer", title: "The first answer wins" },
  { name: "fan-out", title: "Stop at the first error" },
  { name: "worker-pool", title: "A worker pool with back-pressure" },
  { name: "rate-limit", title: "A rate limit" },
  { name: "periodic-job", title: "A periodic job without drift" },
  { name: "compute-once", title: "A cache that computes once" },
  { name: "latest-search", title: "Cancel the previous search" },
  { name: "progress", title: "Progress" },
  { name: "background-tasks", title: "Background tasks of a server" },
  { name: "graceful-shutdown", title: "Graceful shutdown" },
  { name: "virtual-time", title: "Testing with virtual time" },
] as const satisfies readonly Page[];

/** The pages about decisions, in the order in which a newcomer reads them. */
export const decisions = [
  { name: "both-kinds-of-coroutine", title: "Both kinds of coroutine" },
  { name: "turns", title: "Turns" },
  { name: "draining-microtasks", title: "Draining microtasks" },
  { name: "cancellation", title: "Cancellation" },
  { name: "lossless-cancellation", title: "Lossless cancellation" },
  { name: "signals-and-scopes", title: "Signals and scopes" },
  { name: "abandoning", title: "Abandoning" },
  { name: "native-main", title: "A native main" },
  { name: "promise-hooks", title: "Promise hooks" },
  { name: "unretrieved-errors", title: "Unretrieved errors" },
  { name: "context-variables", title: "Context variables" },
  { name: "brands-and-the-slot", title: "Brands and the slot" },
  { name: "types", title: "Types" },
  { name: "doors", title: "Doors" },
  { name: "worker-pool", title: "The worker pool" },
  { name: "versions", title: "Versions" },
] as const satisfies readonly Page[];

/** The pages for those who know another library, each with its programs: theirs and ours, side by side. */
export const comingFrom = [
  { name: "p-limit", title: "p-limit", programs: ["p-limit", "p-limit-failure"] },
  { name: "p-queue", title: "p-queue", programs: ["p-queue", "p-queue-rate"] },
  { name: "abort-controller", title: "AbortController", programs: ["abort-controller"] },
  { name: "effect", title: "Effect", programs: ["effect", "effect-retry"] },
  { name: "effection", title: "effection", programs: ["effection", "effection-channel"] },
  { name: "rxjs", title: "RxJS", programs: ["rxjs", "rxjs-merge-map"] },
  { name: "asyncio", title: "Python's asyncio", programs: ["python", "python-errors"] },
] as const satisfies readonly (Page & { readonly programs: readonly string[] })[];

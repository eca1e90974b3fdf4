/** The reasons on the front page. A test finds each figure in the README. */

interface Reason {
  readonly figure: string;
  readonly unit: string;
  readonly title: string;
  readonly text: string;
  readonly link: { readonly path: string; readonly text: string };
}

export const reasons: readonly Reason[] = [
  {
    figure: "1.3 µs",
    unit: "to cancel a sleeping task",
    title: "Tasks that stop",
    text: "A task is stopped at the await it has reached: that throws a CancelledError, so finally blocks run. A timer of Node with an AbortSignal takes 17 µs.",
    link: { path: "/tutorial/task-group", text: "A group that stops its tasks" },
  },
  {
    figure: "0.11 µs",
    unit: "for a lock in plain async code",
    title: "Locks and limits that lose nothing",
    text: "A waiter that is cancelled as its turn comes loses neither the lock nor the item. The lock of async-mutex takes 1.3 µs.",
    link: { path: "/tutorial/lock", text: "A lock at work" },
  },
  {
    figure: "0.06 µs",
    unit: "for a step of a generator",
    title: "Two kinds of code",
    text: "Async functions, in which a step costs 0.25 µs, and generators for what has to be fast. Both have the same order of events.",
    link: { path: "/tutorial/await", text: "Both kinds side by side" },
  },
  {
    figure: "611 of 858",
    unit: "test methods of CPython have a twin here",
    title: "It is asyncio",
    text: "72 differ on purpose, and 175 do not apply. What you know of asyncio holds here, name by name.",
    link: { path: "/conformance", text: "Every test method" },
  },
];

/** Scopes: every way in which a task waits for a body, for explorations of what is used inside of it. */
import { gather, shield, sleep, TaskGroup, timeout, TimeoutError, wait, waitFor } from "@asyncio-ts/task";
import { awaited, type Kind, type Program } from "@asyncio-ts/testkit";

export interface ScopeKind {
  readonly name: string;
  /** Runs the body inside of the scope. */
  run(kind: Kind, body: () => Program<void>): Program<void>;
}

/** A deadline that comes while some wait, and not at all for others. */
const SOON = 2;

export const scopes: readonly ScopeKind[] = [
  { name: "alone", run: (_, body) => body() },
  {
    name: "in a timeout",
    run: (kind, body) => untilTimeout(timeout(SOON).with(kind.body(body))),
  },
  {
    name: "in a timeout of a timeout",
    run: (kind, body) => untilTimeout(timeout(SOON).with(() => timeout(SOON).with(kind.body(body)))),
  },
  {
    name: "in waitFor",
    run: (kind, body) => untilTimeout(waitFor(kind.define(body)(), SOON)),
  },
  {
    name: "in a task group, beside another task",
    run: (kind, body) =>
      awaited(
        kind.inGroup(function* (group) {
          group.createTask(kind.body(body));
          group.createTask(kind.body(body));
          yield* awaited(sleep(0));
        }),
      ),
  },
  {
    name: "in a task group that is cancelled",
    run: (kind, body) =>
      awaited(
        new TaskGroup().with(
          kind.body(function* (group: TaskGroup) {
            group.createTask(kind.body(body));
            yield* awaited(sleep(1));
            group.cancel();
          }),
        ),
      ),
  },
  {
    name: "in gather, whose tasks are waited for",
    *run(kind, body) {
      const tasks = [kind.startTask(body), kind.startTask(body)];
      try {
        yield* awaited(gather(tasks));
      } finally {
        // If one of them is cancelled, gather ends, and the other one runs on.
        yield* awaited(wait(tasks));
      }
    },
  },
  {
    name: "in a shield whose task is waited for",
    *run(kind, body) {
      const task = kind.startTask(body);
      try {
        yield* awaited(shield(task));
      } finally {
        yield* awaited(wait([task]));
      }
    },
  },
];

function* untilTimeout(body: PromiseLike<void>): Program<void> {
  try {
    yield* awaited(body);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
  }
}

import { isCancelled } from "@asyncio-ts/future";
import { explore, type Exploration, type ExploreOptions } from "@asyncio-ts/loop/testing";
import { gather, sleep } from "@asyncio-ts/task";
import { awaited, type Kind } from "@asyncio-ts/testkit";
import type { ScopeKind } from "./scopes.js";
import type { SubjectKind } from "./subjects.js";

const USERS = 3;

/** Explores several users of a primitive, each in a scope. */
export function explorePair(
  { make }: SubjectKind,
  scope: ScopeKind,
  kind: Kind,
  options: ExploreOptions,
): Promise<Exploration> {
  const program = kind.body(function* () {
    const subject = make(kind);
    const tasks = Array.from({ length: USERS }, () =>
      kind.startTask(() => scope.run(kind, () => subject.use())),
    );
    while (tasks.some((task) => !task.done())) {
      yield* awaited(sleep(1));
      const helped = subject.help();
      if (helped !== undefined) yield* awaited(helped);
    }
    for (const end of yield* awaited(gather(tasks, { returnExceptions: true }))) {
      if (end !== undefined && !isCancelled(end)) throw end;
    }
    subject.check();
  });
  return explore(program, { cancel: true, ...options });
}

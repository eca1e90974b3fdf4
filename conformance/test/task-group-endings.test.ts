import type { ExceptionContext } from "@asyncio-ts/future";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { KeyboardInterrupt, sleep, TaskGroup } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";

import { awaited, bothKinds, runVirtual } from "@asyncio-ts/testkit";

describe.each(bothKinds)("TaskGroup with %s", ({ body, define, runProgram }) => {
  it("lets a KeyboardInterrupt of its body out as it is, once its tasks have stopped", () =>
    runProgram(function* () {
      const record: string[] = [];
      const interrupt = new KeyboardInterrupt("SIGINT");
      const failing = define(function* () {
        yield* awaited(sleep(10));
        throw new Error("broken");
      });
      let thrown: unknown;
      try {
        yield* awaited(
          new TaskGroup().with(
            define(function* (group) {
              group.createTask(failing());
              try {
                yield* awaited(sleep(60_000));
              } finally {
                record.push("stopped");
                // oxlint-disable-next-line no-unsafe-finally -- as if Ctrl-C came in the clean-up
                throw interrupt;
              }
            }),
          ),
        );
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBe(interrupt);
      expect(record).toEqual(["stopped"]);
    }));

  it("does not report the coroutine of a task that it refused as never awaited", async () => {
    const reports: ExceptionContext[] = [];
    const loop = virtualLoop();
    loop.setExceptionHandler((_loop, context) => void reports.push(context));
    // The length of a turn depends on the machine, and is not what is looked for.
    loop.slowCallbackDuration = Infinity;
    const job = define(function* job() {});
    await runVirtual(
      body(function* () {
        const group = new TaskGroup();
        expect(() => group.createTask(job())).toThrow(/<TaskGroup not entered/);
        yield* awaited(group.with(() => {}));
        expect(() => group.createTask(job())).toThrow(/<TaskGroup finished/);
        const again = new TaskGroup();
        yield* awaited(
          again.with(
            define(function* () {
              again.cancel();
              expect(() => again.createTask(job())).toThrow(/<TaskGroup shutting down/);
            }),
          ),
        );
      }),
      { loopFactory: () => loop, debug: true },
    );
    expect(reports.map(({ message }) => message)).toEqual([]);
  });
});

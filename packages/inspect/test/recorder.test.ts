import { Lock, Queue } from "@asyncio-ts/sync";
import { sleep } from "@asyncio-ts/task";
import { awaited, bothKinds } from "@asyncio-ts/testkit";
import { describe, test } from "vitest";
import { makeRecorder, type Recorder } from "../src/recorder.js";
describe.each(bothKinds)("try %s", ({ runProgram, inGroup, startTask, body }) => {
  test("x", async () => {
    const r = makeRecorder() as Recorder;
    await runProgram(function* () {
      const lock = new Lock();
      const queue = new Queue<number>(1);
      yield* awaited(
        inGroup(function* (g) {
          g.createTask(
            body(function* a() {
              yield* awaited(lock.acquire());
              yield* awaited(sleep(100));
              lock.release();
              yield* awaited(sleep(0));
            }),
            { name: "A" },
          );
          g.createTask(
            body(function* b() {
              yield* awaited(lock.acquire());
              lock.release();
              yield* awaited(queue.put(1));
              yield* awaited(queue.put(2));
            }),
            { name: "B" },
          );
          g.createTask(
            body(function* c() {
              yield* awaited(sleep(300));
              yield* awaited(queue.get());
              yield* awaited(Promise.resolve());
            }),
            { name: "C" },
          );
          yield* awaited(sleep(1));
        }),
      );
      const t = startTask(function* d() {
        yield* awaited(sleep(1000));
      });
      yield* awaited(sleep(1));
      t.cancel("enough");
      yield* awaited(sleep(1));
    });
    r.stop();
    const h = r.head();
    console.log(JSON.stringify(h));
    for (const l of ["tasks", "groups", "objects", "events"] as const)
      for (const e of r.read(l, 0, 1000)) console.log(JSON.stringify(e));
  });
});

import { createTask, currentTask, sleep } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";

import { SimulatedHost } from "@asyncio-ts/testkit/hosts";
import { awaited, bothKinds, runVirtual } from "@asyncio-ts/testkit";

describe.each(bothKinds)("run with %s", ({ body, define }) => {
  it("a body that was cancelled before SIGINT came ends as cancelled, and not as interrupted", async () => {
    const host = new SimulatedHost();
    const canceller = define(function* (main: { cancel(): boolean } | undefined) {
      yield* awaited(sleep(0));
      main?.cancel();
      host.raise("SIGINT");
    });
    const running = runVirtual(
      body(function* () {
        createTask(canceller(currentTask()));
        yield* awaited(sleep(10_000));
      }),
      { loopFactory: host.newLoop },
    );
    await expect(running).rejects.toMatchObject({ name: "CancelledError" });
  });
});

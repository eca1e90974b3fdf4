// The exit code is the program's, also for those who ask later.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessShell } from "@asyncio-ts/subprocess";

export const main = coroutine(function* () {
  for (const code of [0, 1, 7, 255]) {
    const process = yield* createSubprocessShell(`exit ${code}`);
    console.log("exit code", yield* process.wait(), yield* process.wait(), process.returncode);
  }
  const killed = yield* createSubprocessShell("kill -9 $$");
  console.log("exit code", yield* killed.wait());
});

// A wait with a time limit, and then the end of the process.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessExec, PIPE } from "@asyncio-ts/subprocess";
import { timeout, waitFor } from "@asyncio-ts/task";

export const main = coroutine(function* () {
  const first = yield* createSubprocessExec("sleep", ["1000"]);
  try {
    yield* waitFor(first.wait(), 50);
  } catch {
    console.log("too slow, running:", first.returncode === null);
    first.kill();
  }
  console.log("exit code", yield* first.wait());
  const second = yield* createSubprocessExec("sleep", ["1000"], { stdout: PIPE });
  try {
    yield* timeout(50).with(() => second.communicate());
  } catch {
    console.log("too slow, running:", second.returncode === null);
    second.terminate();
  }
  console.log("exit code", yield* second.wait(), (yield* second.stdout.read()).length);
});

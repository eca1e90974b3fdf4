// A wait with a time limit, and then the end of the process.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessExec, PIPE } from "@asyncio-ts/subprocess";
import { timeout, waitFor } from "@asyncio-ts/task";

export const main = coroutine(async () => {
  const first = await createSubprocessExec("sleep", ["1000"]);
  try {
    await waitFor(first.wait(), 50);
  } catch {
    console.log("too slow, running:", first.returncode === null);
    first.kill();
  }
  console.log("exit code", await first.wait());
  const second = await createSubprocessExec("sleep", ["1000"], { stdout: PIPE });
  try {
    await timeout(50).with(() => second.communicate());
  } catch {
    console.log("too slow, running:", second.returncode === null);
    second.terminate();
  }
  console.log("exit code", await second.wait(), (await second.stdout.read()).length);
});

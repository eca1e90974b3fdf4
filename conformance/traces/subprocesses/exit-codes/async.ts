// The exit code is the program's, also for those who ask later.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessShell } from "@asyncio-ts/subprocess";

export const main = coroutine(async () => {
  for (const code of [0, 1, 7, 255]) {
    const process = await createSubprocessShell(`exit ${code}`);
    console.log("exit code", await process.wait(), await process.wait(), process.returncode);
  }
  const killed = await createSubprocessShell("kill -9 $$");
  console.log("exit code", await killed.wait());
});

// A wait that is cancelled leaves the process alone, and those who wait besides.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessExec, PIPE, type Process } from "@asyncio-ts/subprocess";
import { createTask, gather, sleep, wait as waitFor } from "@asyncio-ts/task";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const wait = coroutine(async (name: string, process: Process) => {
  try {
    console.log(name, "exit code", await process.wait());
  } catch (error) {
    console.log(name, "cancelled");
    throw error;
  }
});

export const main = coroutine(async () => {
  const process = await createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
  const [first, second, third] = ["first", "second", "third"].map((name) => createTask(wait(name, process)));
  await sleep(0);
  console.log("cancel", second!.cancel());
  await waitFor([second!]);
  console.log("running:", process.returncode === null);
  const [stdout] = await process.communicate("still there");
  console.log(text(stdout));
  await gather([first!, third!]);
});

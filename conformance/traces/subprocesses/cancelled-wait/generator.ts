// A wait that is cancelled leaves the process alone, and those who wait besides.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessExec, PIPE, type Process } from "@asyncio-ts/subprocess";
import { createTask, gather, sleep, wait as waitFor } from "@asyncio-ts/task";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const wait = coroutine(function* (name: string, process: Process) {
  try {
    console.log(name, "exit code", yield* process.wait());
  } catch (error) {
    console.log(name, "cancelled");
    throw error;
  }
});

export const main = coroutine(function* () {
  const process = yield* createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
  const [first, second, third] = ["first", "second", "third"].map((name) => createTask(wait(name, process)));
  yield* sleep(0);
  console.log("cancel", second!.cancel());
  yield* waitFor([second!]);
  console.log("running:", process.returncode === null);
  const [stdout] = yield* process.communicate("still there");
  console.log(text(stdout));
  yield* gather([first!, third!]);
});

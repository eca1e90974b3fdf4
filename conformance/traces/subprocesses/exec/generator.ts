// A program gets its arguments as they are.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessExec, PIPE } from "@asyncio-ts/subprocess";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export const main = coroutine(function* () {
  const process = yield* createSubprocessExec("echo", ["$HOME", "*", "a  b"], { stdout: PIPE });
  const [stdout, stderr] = yield* process.communicate();
  console.log(text(stdout).trim(), "| stderr:", stderr === null ? "none" : "some");
  console.log("exit code", process.returncode);
});

// What is connected with nothing has nothing to read, and is not heard.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessShell, DEVNULL, PIPE } from "@asyncio-ts/subprocess";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export const main = coroutine(function* () {
  const script = "wc -c | tr -d ' '; echo problem >&2";
  const first = yield* createSubprocessShell(script, { stdin: DEVNULL, stdout: PIPE, stderr: DEVNULL });
  const [stdout, none] = yield* first.communicate();
  console.log("stdout", text(stdout).trim(), "stderr", none === null ? "none" : "some");
  const second = yield* createSubprocessShell(script, { stdin: PIPE, stdout: DEVNULL, stderr: PIPE });
  const [nothing, stderr] = yield* second.communicate("abc");
  console.log("stdout", nothing === null ? "none" : "some", "stderr", text(stderr).trim());
});

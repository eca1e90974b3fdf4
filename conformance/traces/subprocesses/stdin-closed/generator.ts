// A program that does not read its input is no error for communicate().
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessExec, createSubprocessShell, PIPE } from "@asyncio-ts/subprocess";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export const main = coroutine(function* () {
  const first = yield* createSubprocessShell("exec <&-; echo done", { stdin: PIPE, stdout: PIPE });
  const [stdout] = yield* first.communicate("x".repeat(1_000_000));
  console.log(text(stdout).trim(), "exit code", first.returncode);
  const second = yield* createSubprocessExec("true", [], { stdin: PIPE });
  const outputs = yield* second.communicate("x".repeat(1_000_000));
  console.log(...outputs.map((output) => (output === null ? "none" : "some")));
  console.log("exit code", yield* second.wait());
});

// A program that does not read its input is no error for communicate().
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessExec, createSubprocessShell, PIPE } from "@asyncio-ts/subprocess";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export const main = coroutine(async () => {
  const first = await createSubprocessShell("exec <&-; echo done", { stdin: PIPE, stdout: PIPE });
  const [stdout] = await first.communicate("x".repeat(1_000_000));
  console.log(text(stdout).trim(), "exit code", first.returncode);
  const second = await createSubprocessExec("true", [], { stdin: PIPE });
  const outputs = await second.communicate("x".repeat(1_000_000));
  console.log(...outputs.map((output) => (output === null ? "none" : "some")));
  console.log("exit code", await second.wait());
});

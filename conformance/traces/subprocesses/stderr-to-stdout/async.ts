// What is written to both, by turns, comes by one pipe, in its order.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessExec, PIPE, STDOUT } from "@asyncio-ts/subprocess";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export const main = coroutine(async () => {
  const script = "for i in 1 2 3; do echo out $i; echo problem $i >&2; done";
  const process = await createSubprocessExec("sh", ["-c", script], { stdout: PIPE, stderr: STDOUT });
  console.log("stderr:", process.stderr === null ? "none" : "some");
  for (let line = await process.stdout.readline(); line.length > 0; line = await process.stdout.readline()) {
    console.log(text(line).trim());
  }
  console.log("exit code", await process.wait());
});

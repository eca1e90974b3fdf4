// A conversation, line by line, with a program that runs.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessShell, PIPE } from "@asyncio-ts/subprocess";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export const main = coroutine(async () => {
  const script = 'echo "who are you?"; read name; echo "hello $name"; read nothing || echo "good bye"';
  const process = await createSubprocessShell(script, { stdin: PIPE, stdout: PIPE });
  console.log(text(await process.stdout.readline()).trim());
  process.stdin.write("Ann\n");
  await process.stdin.drain();
  console.log(text(await process.stdout.readline()).trim());
  process.stdin.close();
  console.log(text(await process.stdout.readline()).trim());
  console.log("then nothing:", (await process.stdout.readline()).length, process.stdout.atEof());
  console.log("exit code", await process.wait());
});

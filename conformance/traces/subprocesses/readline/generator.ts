// A conversation, line by line, with a program that runs.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessShell, PIPE } from "@asyncio-ts/subprocess";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export const main = coroutine(function* () {
  const script = 'echo "who are you?"; read name; echo "hello $name"; read nothing || echo "good bye"';
  const process = yield* createSubprocessShell(script, { stdin: PIPE, stdout: PIPE });
  console.log(text(yield* process.stdout.readline()).trim());
  process.stdin.write("Ann\n");
  yield* process.stdin.drain();
  console.log(text(yield* process.stdout.readline()).trim());
  process.stdin.close();
  console.log(text(yield* process.stdout.readline()).trim());
  console.log("then nothing:", (yield* process.stdout.readline()).length, process.stdout.atEof());
  console.log("exit code", yield* process.wait());
});

// Many processes at once: each task gets the output of its own.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessExec, PIPE } from "@asyncio-ts/subprocess";
import { gather } from "@asyncio-ts/task";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const outputOf = coroutine(async (word: string) => {
  const process = await createSubprocessExec("echo", [word], { stdout: PIPE });
  const [stdout] = await process.communicate();
  return text(stdout).trim();
});

export const main = coroutine(async () => {
  console.log(...(await gather(Array.from({ length: 10 }, (_, i) => outputOf(`word${i}`)))));
});

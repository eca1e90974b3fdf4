import { coroutine } from "@asyncio-ts/coroutine";
import { run } from "@asyncio-ts/task";

// coroutine function
export const main = coroutine(async () => {
  console.log("Start of main coroutine");
});

// main() -> coroutine object; run it, if this is the program that was started
if (process.argv[1] === import.meta.filename) await run(main());

import * as asyncio from "asyncio-ts";

// coroutine function
export const main = asyncio.coroutine(async () => {
  console.log("Start of main coroutine");
});

// main() -> coroutine object; run it, if this is the program that was started
if (process.argv[1] === import.meta.filename) await asyncio.run(main());

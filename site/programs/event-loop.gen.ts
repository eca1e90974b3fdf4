import * as asyncio from "asyncio-ts";

// coroutine function
const main = asyncio.coroutine(function* () {
  console.log("Start of main coroutine");
});

// main() -> coroutine object; run it
await asyncio.run(main());

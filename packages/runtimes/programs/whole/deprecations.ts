// A program that ends at the first use of what is deprecated ends by itself.
import { run, sleep } from "@asyncio-ts/task";

process.on("warning", (warning) => console.log(String(warning)));
await run(async () => {
  await sleep(1);
  await undefined;
});
console.log("done");
// options of node: --pending-deprecation --throw-deprecation
// prints: done

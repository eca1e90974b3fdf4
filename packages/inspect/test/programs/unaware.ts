/** A program that knows nothing of channels; a module that is loaded before it subscribes. */
import { run, sleep } from "@asyncio-ts/task";

await run(async function main() {
  await sleep(1);
});

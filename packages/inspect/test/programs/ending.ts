/** A program that ends in the way that its argument names. */
import { spawnSync } from "node:child_process";
import { createTask, run, sleep } from "@asyncio-ts/task";

const how = process.argv[2];

// A listener of the program's own decides what a signal does; what asks how many there are must see none but its own.
if (how === "handles") {
  process.once("SIGINT", () => {
    console.log(`listeners ${process.listenerCount("SIGINT")} ${process.listeners("SIGINT").length}`);
    process.exit(3);
  });
}

// A child that is recorded, too, and ends before.
if (how === "starts")
  spawnSync(process.execPath, [...process.execArgv, process.argv[1] as string, "returns"]);

async function main(): Promise<void> {
  await createTask(() => sleep(1), { name: "nap" });
  if (how === "exits") process.exit(4);
  if (how === "throws") throw new Error("it is broken");
  if (how === "crashes") setTimeout(() => Promise.reject(new Error("nobody catches this")), 0);
  if (how === "moves") process.chdir("..");
  if (how === "returns" || how === "moves" || how === "lasts" || how === "starts") return;
  console.log("ready");
  await sleep(1_000_000);
}

if (how === "interrupted") await run(main, { signals: false });
else await run(main);

// The run has removed its listener.
if (how === "lasts") {
  setTimeout(() => {}, 1_000_000);
  console.log("ready");
}

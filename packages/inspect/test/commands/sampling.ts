/** Watches the process whose number is its first argument, as `top` does, until it is killed. */
import { sampled } from "../../src/top.js";

await sampled({ pid: Number(process.argv[2]) }, Number(process.argv[3]), async () => {
  console.log("watching");
  await new Promise(() => {});
});

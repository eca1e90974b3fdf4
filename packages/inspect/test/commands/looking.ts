/** Looks at the process whose number is its first argument until it is interrupted. */
import { attach } from "../../src/attach.js";

await attach({ pid: Number(process.argv[2]) }, async () => {
  console.log("looking");
  await new Promise(() => {});
});

/** A call blocks it for ever: it opens the pipe that is its first argument, which nobody writes to. */
import { openSync } from "node:fs";

console.log("ready");
openSync(process.argv[2] as string, "r");

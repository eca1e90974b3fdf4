import { constants } from "node:os";
import { command } from "./command.js";

// An exit ends the programs that run, and removes the packages that were installed for them.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}
process.exitCode = await command(process.argv.slice(2));

// Runs every command, also after one has failed, and names those that failed at the end.
//
//   node scripts/each.mjs COMMAND …
import { spawnSync } from "node:child_process";

const failed = process.argv.slice(2).filter((command) => {
  console.log(`\n=== ${command}`);
  return spawnSync(command, { shell: true, stdio: "inherit" }).status !== 0;
});

console.log();
for (const command of failed) console.log(`FAILED: ${command}`);
process.exitCode = failed.length === 0 ? 0 : 1;

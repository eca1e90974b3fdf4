// Runs a command that needs one core alone, as `starved.mjs` does, and meanwhile others on the remaining cores, one
// after the other. With one core, or where nothing can be pinned, they follow it.
//
//   node scripts/beside.mjs COMMAND -- COMMAND …
//
// What the others print comes after what the first prints. Ends with 1 if any has failed, and names it.
import { spawn } from "node:child_process";
import { onCores, ownCores } from "./cores.mjs";

const [first, separator, ...others] = process.argv.slice(2);
if (separator !== "--" || others.length === 0) {
  console.error("usage: node scripts/beside.mjs COMMAND -- COMMAND …");
  process.exit(2);
}

const [, ...rest] = ownCores() ?? [];
const each = onCores(rest, process.execPath, ["scripts/each.mjs", ...others]);

const starting = () => {
  console.log(`\n=== ${first}`);
  return run(first, [], { shell: true, stdio: "inherit" });
};
let failedFirst;
let other;
if (rest.length === 0) {
  failedFirst = (await starting()).failed;
  other = await run(...each, { stdio: "inherit" });
} else {
  const printed = run(...each, { stdio: ["ignore", "pipe", "pipe"] });
  failedFirst = (await starting()).failed;
  other = await printed;
  process.stdout.write(other.output);
}
if (failedFirst) console.log(`FAILED: ${first}`);
process.exitCode = failedFirst || other.failed ? 1 : 0;

function run(file, args, options) {
  return new Promise((resolve) => {
    const child = spawn(file, args, options);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => (output += text));
    }
    child.on("error", (error) => resolve({ failed: true, output: `${output}${error.message}\n` }));
    child.on("close", (code) => resolve({ failed: code !== 0, output }));
  });
}

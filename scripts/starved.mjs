// Runs a command as on a machine that has next to no time for it: on one core, which three busy loops fight for.
//
//   node scripts/starved.mjs COMMAND [ARGUMENT …]
//
// A test that passes so, and on an idle machine, does not depend on the machine's speed. Ends with the command's exit code.
import { spawn } from "node:child_process";
import { availableParallelism, constants } from "node:os";
import { onCores, ownCores } from "./cores.mjs";

const LOOPS_PER_CORE = 3;

/** A busy loop that ends by itself once the process that has started it is gone, even by SIGKILL. */
const busyLoop = `
  while (process.ppid === ${process.pid}) for (let i = 0; i < 1e7; i++);
`;

const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  console.error("usage: node scripts/starved.mjs COMMAND [ARGUMENT …]");
  process.exit(2);
}

const core = ownCores()?.[0];
if (core === undefined) {
  console.error("starved: there is no taskset to pin to one core, so every core gets its busy loops.");
}
const loopCount = LOOPS_PER_CORE * (core === undefined ? availableParallelism() : 1);
const loops = Array.from({ length: loopCount }, () =>
  start(process.execPath, ["--eval", busyLoop], { stdio: "ignore" }),
);
const stopLoops = () => {
  for (const loop of loops) loop.kill("SIGKILL");
};
process.on("exit", stopLoops);

// For those who keep the results of such a run apart.
const env = { ...process.env, ASYNCIO_TS_STARVED: "1" };
// On Windows pnpm is a script, which only a shell can start.
const shell = process.platform === "win32";
const child = start(command, args, { stdio: "inherit", env, shell });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    stopLoops();
    // Ctrl-C in a terminal reaches the command by itself.
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on("error", (error) => {
  console.error(`starved: ${command} can't be started: ${error.message}`);
  process.exit(127);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));

/** Starts a process on the core. */
function start(file, parameters, options) {
  return spawn(...onCores(core === undefined ? undefined : [core], file, parameters), options);
}

// The cores that this process may use, for the scripts that give each command its own.
import { spawnSync } from "node:child_process";

/** Returns the numbers of the cores, or undefined where processes can't be pinned to cores. */
export function ownCores() {
  const { status, stdout } = spawnSync("taskset", ["--cpu-list", "--pid", String(process.pid)], {
    encoding: "utf8",
  });
  if (status !== 0) return undefined;
  // `pid 7's current affinity list: 0-2,5`
  const ranges = stdout.slice(stdout.lastIndexOf(":") + 1).split(",");
  return ranges.flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Returns a command line that runs on these cores alone; undefined: on any. */
export function onCores(cores, file, args) {
  if (cores === undefined || cores.length === 0) return [file, args];
  return ["taskset", ["--cpu-list", cores.join(","), file, ...args]];
}

/** Facts about a process that the system tells, before anybody speaks to it. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { InspectError } from "./errors.js";

/** The port at which Node opens its inspector by default. */
export const DEFAULT_PORT = 9229;
/** The signal that opens the inspector of Node, as Linux numbers it. */
const SIGUSR1 = 10;

/**
 * Throws an InspectError unless SIGUSR1 opens the inspector of the process. The signal would end a process
 * that does not expect it: so nothing is sent to one of which that is not certain.
 */
export function assertInspectable(pid: number): void {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Others than EPERM: there is no process, or its number is larger than any can be.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw noProcess(pid);
    throw new InspectError(
      "notPermitted",
      `process ${pid} belongs to another user; run this command as that user, or as root`,
    );
  }
  if (process.platform === "linux" && stateOf(pid) === ENDED) throw noProcess(pid);
  const program = programOf(pid);
  if (program === "bun" || program === "deno") {
    throw new InspectError(
      "notNode",
      `process ${pid} runs in ${program}, which opens no inspector while it runs; ` +
        (program === "deno"
          ? "start it with `deno run --inspect`, and pass --port"
          : "call snapshot() of @asyncio-ts/inspect in it"),
    );
  }
  if (program !== undefined && program !== "node") {
    throw new InspectError("notNode", `process ${pid} is no Node process: it runs ${program}`);
  }
  if (process.platform === "linux" && !expectsSignal(pid)) {
    throw new InspectError(
      "noInspector",
      `process ${pid} has not begun yet, or was started with --disable-sigusr1: it would end by the signal ` +
        "that opens the inspector; try again, or start it with --inspect and pass --port",
    );
  }
}

function noProcess(pid: number): InspectError {
  return new InspectError("noProcess", `there is no process ${pid}`);
}

/** Returns the ports of this computer at which a process listens; undefined where the system does not tell. */
export function listeningPorts(pid: number): readonly number[] | undefined {
  const ports = listeningSockets(pid)?.values();
  return ports === undefined ? undefined : [...ports];
}

/** Returns the sockets at which a process listens, with their ports: one that is opened anew is another. */
export function listeningSockets(pid: number): ReadonlyMap<string, number> | undefined {
  if (process.platform !== "linux") return undefined;
  const sockets = new Set<string>();
  try {
    for (const file of readdirSync(`/proc/${pid}/fd`)) {
      try {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${file}`))?.[1];
        if (inode !== undefined) sockets.add(inode);
      } catch {
        // It has been closed meanwhile.
      }
    }
    const LISTENS = "0A";
    return new Map(
      readFileSync(`/proc/${pid}/net/tcp`, "utf8")
        .split("\n")
        .map((line) => line.trim().split(/\s+/))
        .filter(([, , , state, , , , , , inode = ""]) => state === LISTENS && sockets.has(inode))
        .map(([, address = "", , , , , , , , inode = ""]) => [
          inode,
          Number.parseInt(address.split(":")[1] ?? "", 16),
        ]),
    );
  } catch {
    return undefined;
  }
}

/** Returns the port at which a process has its inspector, if it was started with one, or was given one later. */
export function inspectPort(pid: number): number {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    const given = args.map((arg) => /^--inspect(?:-brk|-wait|-port)?=(?:.*:)?(\d+)$/.exec(arg)?.[1]);
    return Number(given.find((port) => port !== undefined) ?? DEFAULT_PORT);
  } catch {
    return DEFAULT_PORT;
  }
}

/** The name of the program of a process; undefined if nothing tells it. */
function programOf(pid: number): string | undefined {
  try {
    if (process.platform === "linux")
      return basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, "");
    if (process.platform === "win32") return undefined;
    return basename(execFileSync("ps", ["-o", "comm=", "-p", String(pid)], { encoding: "utf8" }).trim());
  } catch {
    return undefined;
  }
}

/** The state of a process that has ended, but whose parent has not asked for its exit code yet. */
const ENDED = "Z";

/** Tells whether a process has not ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || stateOf(pid) !== ENDED;
  } catch {
    return false;
  }
}

/** Returns the letter by which Linux tells the state of a process; undefined if it has vanished. */
function stateOf(pid: number): string | undefined {
  try {
    return /^State:\s*(\w)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

/** Tells whether a process has a handler for SIGUSR1; without one, the signal ends it. */
function expectsSignal(pid: number): boolean {
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  return ((BigInt(`0x${caught}`) >> BigInt(SIGUSR1 - 1)) & 1n) === 1n;
}

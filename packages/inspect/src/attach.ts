/**
 * Attaching to a process: looks at it, and leaves nothing behind.
 *
 *   signal     SIGUSR1, unless a port is named or the inspector is open already
 *   connect    to the port that the process then listens at; the process itself says who it is
 *   use        the caller evaluates what it wants
 *   close      what this has opened is closed by the process itself; what was open stays open
 */
import { setTimeout as pause } from "node:timers/promises";
import { InspectError } from "./errors.js";
import { Inspector } from "./inspector.js";
import { assertInspectable, DEFAULT_PORT, inspectPort, isAlive, listeningPorts } from "./process.js";

/** Until when an inspector must have opened, and how often to look, in milliseconds. */
const LIMIT = 15_000;
const INTERVAL = 10;
/** When to say that it takes long, in milliseconds: it takes 0.1 to 0.4 s on a quiet machine. */
const LATE = 2000;

/** The process to attach to: one of the two fields is enough. */
export interface Target {
  /** The process, whose inspector is opened if it is closed. */
  readonly pid?: number;
  /** The port of an inspector that is open. */
  readonly port?: number;
  /** Called if the inspector takes long to open. */
  late?(message: string): void;
}

/** Connects to the inspector of a process, gives it to `use`, and closes what it has opened. */
export async function attach<T>(
  target: Target,
  use: (inspector: Inspector, isOurs: boolean) => Promise<T>,
): Promise<T> {
  const { inspector, isOurs } = await open(target);
  try {
    return await use(inspector, isOurs);
  } finally {
    // The process ends the connection itself, as the last thing that is evaluated in it.
    if (isOurs) await inspector.evaluate("process.getBuiltinModule('node:inspector').close()");
    await inspector.close();
  }
}

async function open({ pid, port, late }: Target): Promise<{ inspector: Inspector; isOurs: boolean }> {
  if (port !== undefined) {
    const inspector = await Inspector.connect(port);
    if (inspector === undefined) {
      throw new InspectError(
        "noInspector",
        `no inspector answers at port ${port}; start the process with --inspect=${port}`,
      );
    }
    if (pid === undefined || (await isOf(inspector, pid))) return { inspector, isOurs: false };
    await inspector.close();
    throw new InspectError("noInspector", `the inspector at port ${port} is not that of process ${pid}`);
  }
  if (pid === undefined) throw new InspectError("usage", "name a process or a port");
  assertInspectable(pid);
  const before = listeningPorts(pid);
  const known = await find(pid, before?.filter((port) => port === inspectPort(pid)) ?? [DEFAULT_PORT]);
  if (known !== undefined) return { inspector: known, isOurs: false };
  process.kill(pid, "SIGUSR1");
  const start = performance.now();
  let isLate = false;
  while (performance.now() - start < LIMIT) {
    // Only a port that is new: a request at another would be one that the program answers.
    const opened = listeningPorts(pid)?.filter((port) => !before?.includes(port)) ?? [DEFAULT_PORT];
    const inspector = await find(pid, opened);
    if (inspector !== undefined) return { inspector, isOurs: true };
    if (!isAlive(pid)) throw new InspectError("noProcess", `process ${pid} has ended`);
    await pause(INTERVAL);
    if (isLate || performance.now() - start < LATE) continue;
    isLate = true;
    late?.(
      `process ${pid} has not opened its inspector yet; it may be busy, or handle SIGUSR1 itself. ` +
        `Waiting for ${LIMIT / 1000} s in all …`,
    );
  }
  throw new InspectError(
    "noInspector",
    `process ${pid} did not open its inspector: it handles SIGUSR1 itself, or port ${DEFAULT_PORT} is taken ` +
      "by another; start it with --inspect=0 and pass the port that it prints by --port",
  );
}

/** Connects to the inspector of a process at one of these ports; undefined if there is none. */
async function find(pid: number, ports: readonly number[]): Promise<Inspector | undefined> {
  for (const port of ports) {
    const inspector = await Inspector.connect(port);
    if (inspector === undefined) continue;
    if (await isOf(inspector, pid)) return inspector;
    await inspector.close();
  }
  return undefined;
}

async function isOf(inspector: Inspector, pid: number): Promise<boolean> {
  return (await inspector.evaluate("globalThis.process?.pid")) === pid;
}

/**
 * Attaching to a process: looks at it, and leaves nothing behind.
 *
 *   signal     SIGUSR1, unless a port is named or the inspector is open already
 *   connect    to the port that the process then listens at; the process itself says who it is
 *   use        the caller evaluates what it wants
 *   close      what this has opened is closed by the process itself; what was open stays open
 *
 * A signal that ends this command, such as Ctrl-C, ends `use` first; a second one ends the command at once.
 *
 * Several commands may look at once. The process keeps their marks under a registered symbol; the last one to
 * leave closes the inspector, if one of them opened it. A command may find an inspector that is just being
 * closed: then it gets no answer, and opens it again.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { InspectError } from "./errors.js";
import type { Inspector } from "./inspector.js";
import { assertInspectable, DEFAULT_PORT, inspectPort, isAlive, listeningSockets } from "./process.js";

/** Until when an inspector must have opened, and how often to look, in milliseconds. */
const LIMIT = 15_000;
const INTERVAL = 10;
/** How long to wait until a process closes its inspector, in milliseconds: a call may block it. */
const GRACE = 2000;
/** When to say that it takes long, in milliseconds: it takes 0.1 to 0.4 s on a quiet machine. */
const LATE = 2000;

/** The process to attach to: one of the two fields is enough. */
export interface Target {
  /** The process, whose inspector is opened if it is closed. */
  readonly pid?: number;
  /** The port of an inspector that is open. */
  readonly port?: number;
  /** For how long to wait for the inspector to open, and to answer, in milliseconds. Default: 15 s. */
  readonly limit?: number;
  /** Called if the inspector takes long to open. */
  late?(message: string): void;
}

const ENDING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Connects to the inspector of a process, gives it to `use`, and closes what it has opened. */
export async function attach<T>(
  target: Target,
  use: (inspector: Inspector, leaving: string) => Promise<T>,
): Promise<T> {
  let ending: NodeJS.Signals | undefined;
  let interrupt: (reason: unknown) => void;
  const interrupted = new Promise<never>((_, reject) => (interrupt = reject));
  interrupted.catch(() => {});
  const listener = (signal: NodeJS.Signals): void => {
    // Another listener ends its work itself, and the signal does not end this command.
    if (process.listenerCount(signal) > 1) return;
    unlisten();
    ending = signal;
    interrupt(new Error(`interrupted by ${signal}`));
  };
  const unlisten = (): void => {
    for (const signal of ENDING) process.off(signal, listener);
  };
  for (const signal of ENDING) process.on(signal, listener);
  try {
    return await attachUntil(interrupted, target, use);
  } finally {
    unlisten();
    if (ending !== undefined) await end(ending);
  }
}

/** Ends this command by a signal to which nobody listens any more. */
async function end(signal: NodeJS.Signals): Promise<void> {
  process.kill(process.pid, signal);
  await pause(GRACE);
}

async function attachUntil<T>(
  interrupted: Promise<never>,
  target: Target,
  use: (inspector: Inspector, leaving: string) => Promise<T>,
): Promise<T> {
  const mark = randomUUID();
  // What has been asked to open its inspector gets some time to do it, since nobody would close that any more.
  const late = interrupted.catch(async (error: unknown) => {
    await pause(GRACE, undefined, { ref: false });
    throw error;
  });
  const inspector = await Promise.race([open(target, mark), late]);
  const leaving = leavingOf(mark);
  try {
    return await Promise.race([use(inspector, leaving), interrupted]);
  } finally {
    // The process may end the connection itself, as the last thing that is evaluated in it.
    await Promise.race([inspector.evaluate(leaving), pause(GRACE, undefined, { ref: false })]);
    await inspector.close();
  }
}

const ATTACHED = 'globalThis[Symbol.for("asyncio-ts.attached")]';

/** Returns the expression that leaves a mark in a process, if it is the one; it tells whether it is. */
function enteringOf(mark: string, pid: number | undefined, isOurs: boolean): string {
  return `(() => {
    if (${pid} !== undefined && globalThis.process?.pid !== ${pid}) return false;
    const attached = ${ATTACHED} ??= { marks: new Set(), isOurs: false };
    attached.marks.add("${mark}");
    attached.isOurs ||= ${isOurs};
    return true;
  })()`;
}

/** Returns the expression that takes a mark back. */
function leavingOf(mark: string): string {
  return `(() => {
    const attached = ${ATTACHED};
    if (attached?.marks.delete("${mark}") !== true || attached.marks.size > 0) return;
    delete ${ATTACHED};
    if (attached.isOurs) process.getBuiltinModule("node:inspector").close();
  })()`;
}

async function open({ pid, port, limit = LIMIT, late }: Target, mark: string): Promise<Inspector> {
  const enter = async (inspector: Inspector, isOurs: boolean): Promise<boolean> => {
    const entering = inspector.evaluate(enteringOf(mark, pid, isOurs));
    const isIn = await Promise.race([entering, pause(limit, "late", { ref: false })]);
    if (isIn === true) return true;
    // The process reads this, too, once it goes on: what it does with both is nothing.
    if (isIn === "late") void inspector.evaluate(leavingOf(mark));
    await inspector.close();
    if (isIn !== "late") return false;
    const what = pid === undefined ? `the process at port ${port}` : `process ${pid}`;
    throw new InspectError(
      "noInspector",
      `${what} does not answer: a call of the system blocks it, such as execSync()`,
    );
  };
  if (port !== undefined) {
    const inspector = await connect(port);
    if (inspector === undefined) {
      throw new InspectError(
        "noInspector",
        `no inspector answers at port ${port}; start the process with --inspect=${port}`,
      );
    }
    if (await enter(inspector, false)) return inspector;
    throw new InspectError("noInspector", `the inspector at port ${port} is not that of process ${pid}`);
  }
  if (pid === undefined) throw new InspectError("usage", "name a process or a port");
  assertInspectable(pid);
  const before = listeningSockets(pid);
  const open = before === undefined ? [DEFAULT_PORT] : [...before.values()];
  const isKnown = (port: number): boolean => before === undefined || port === inspectPort(pid);
  const known = await find(open.filter(isKnown), (one) => enter(one, false));
  if (known !== undefined) return known;
  process.kill(pid, "SIGUSR1");
  void import("./inspector.js");
  const start = performance.now();
  let isLate = false;
  while (performance.now() - start < limit) {
    // Only a socket that is new: a request at another would be one that the program answers.
    const sockets = listeningSockets(pid);
    const opened = [...(sockets ?? [])].filter(([socket]) => before?.has(socket) !== true);
    const ports = sockets === undefined ? [DEFAULT_PORT] : opened.map(([, port]) => port);
    const inspector = await find(ports, (one) => enter(one, true));
    if (inspector !== undefined) return inspector;
    if (!isAlive(pid)) throw new InspectError("noProcess", `process ${pid} has ended`);
    await pause(INTERVAL);
    if (isLate || performance.now() - start < LATE) continue;
    isLate = true;
    late?.(
      `process ${pid} has not opened its inspector yet; it may be busy, or handle SIGUSR1 itself. ` +
        `Waiting for ${limit / 1000} s in all …`,
    );
  }
  throw new InspectError(
    "noInspector",
    `process ${pid} did not open its inspector: it handles SIGUSR1 itself, or port ${DEFAULT_PORT} is taken ` +
      "by another; start it with --inspect=0 and pass the port that it prints by --port",
  );
}

/** Connects to the inspector at one of these ports that `enter` takes for the right one. */
async function find(
  ports: readonly number[],
  enter: (inspector: Inspector) => Promise<boolean>,
): Promise<Inspector | undefined> {
  for (const port of ports) {
    const inspector = await connect(port);
    if (inspector !== undefined && (await enter(inspector))) return inspector;
  }
  return undefined;
}

/** Connects to the inspector at a port. What that needs is loaded while the process opens its inspector. */
async function connect(port: number): Promise<Inspector | undefined> {
  const { Inspector } = await import("./inspector.js");
  return await Inspector.connect(port);
}

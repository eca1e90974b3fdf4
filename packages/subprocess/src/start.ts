/**
 * Starts programs, and says in words why one could not be started.
 *
 * Runtimes report that in two ways, which both end as an error thrown here: `spawn` throws, or it returns a
 * child that has no number and emits `error`. A child that has a number was started. So nothing is waited for
 * after a start, and no cancellation can come between a process and the code that has to end it.
 *
 * They report a folder that does not exist as if the program did not: so the folder is looked at.
 *
 * **`stderr: STDOUT` beside `stdout: PIPE`** needs one pipe for both, or the order of what is written is lost,
 * and `spawn` makes two. A shell can join them: `sh -c 'exec "$@" 2>&1' sh PROGRAM ARGUMENTS` becomes the
 * program itself, with its number, and does not read the arguments. Since that shell's own words would be all
 * that is heard of a program that does not exist, it is looked for before. What remains to be seen of it: some
 * shells add variables such as PWD to the environment, or drop those whose names they could not write.
 * Rejected: a pair of sockets, of which the program gets one twice: only Node can pass them on, and to make
 * them takes a server on a path for a moment.
 */
import { Future, type Steps } from "@asyncio-ts/future";
import { runOutside } from "@asyncio-ts/future/lowlevel";
import { sleep } from "@asyncio-ts/task";
import type { ChildProcess, SpawnOptions } from "node:child_process";
import { Child } from "./child.js";
import type { Command } from "./command.js";
import {
  DEFAULT_KILL_AFTER,
  descriptorOf,
  DEVNULL,
  pathOf,
  PIPE,
  STDOUT,
  type SubprocessOptions,
} from "./options.js";
import { builtin, isWindows } from "./runtime.js";

type NodeStdio = "pipe" | "ignore" | "inherit" | number;

/**
 * Starts a command, one turn later: a task that is cancelled before that starts nothing.
 *
 * @throws Error that says why it could not be started, with the runtime's error as its cause.
 */
export function* start(
  command: Command,
  options: SubprocessOptions,
): Steps<{ child: Child; process: ChildProcess }> {
  yield* sleep(0);
  const { spawn } = builtin("node:child_process");
  const { cwd, env, stdin, stdout, stderr, startNewSession = true, killAfter = DEFAULT_KILL_AFTER } = options;
  const folder = cwd === undefined ? undefined : pathOf(cwd, "cwd");
  const leadsGroup = startNewSession && !isWindows;
  const joins = stderr === STDOUT && stdout === PIPE;
  const { program, args, isShell } = joins ? joined(command, folder, options) : command;
  const spawnOptions: SpawnOptions = {
    stdio: [
      toNode(stdin),
      toNode(stdout),
      joins ? "ignore" : toNode(stderr === STDOUT ? (stdout ?? 1) : stderr),
    ],
    detached: leadsGroup,
    shell: isShell,
    ...(folder !== undefined && { cwd: folder }),
    ...(env !== undefined && { env }),
  };
  let started: ChildProcess | undefined;
  try {
    // Outside: the events of the process belong to no task.
    runOutside(() => (started = spawn(program, args, spawnOptions)));
  } catch (error) {
    throw notStarted(command, folder, error);
  }
  const process = started as ChildProcess;
  if (process.pid === undefined) {
    const failed = new Future<never>();
    process.once("error", (error) => {
      if (!failed.done()) failed.setException(notStarted(command, folder, error));
    });
    yield* failed;
  }
  return { child: new Child(process, leadsGroup, killAfter), process };
}

function toNode(value: SubprocessOptions["stdin"]): NodeStdio {
  if (value === undefined || value === null) return "inherit";
  if (value === PIPE) return "pipe";
  return value === DEVNULL ? "ignore" : (descriptorOf(value) as number);
}

/** Returns a command that writes its errors to its standard output. */
function joined(command: Command, folder: string | undefined, options: SubprocessOptions): Command {
  const { program, args, isShell } = command;
  if (isShell) return { ...command, program: isWindows ? `(${program}) 2>&1` : `exec 2>&1\n${program}` };
  if (isWindows) {
    throw new Error(
      `can't start ${JSON.stringify(program)} with { stdout: PIPE, stderr: STDOUT }: Windows needs a shell to ` +
        'join them; write createSubprocessShell("…", { stdout: PIPE, stderr: STDOUT }), or two pipes',
    );
  }
  lookFor(command, folder, options);
  return { program: "/bin/sh", args: ["-c", 'exec "$@" 2>&1', "sh", program, ...args], isShell: false };
}

/** Throws the error of a program that can't be started, as `spawn` would find it. */
function lookFor(command: Command, folder: string | undefined, { env }: SubprocessOptions): void {
  const { accessSync, constants, statSync } = builtin("node:fs");
  const { program } = command;
  const { PATH = "/usr/local/bin:/bin:/usr/bin" } = env ?? process.env;
  const base = folder ?? ".";
  const inBase = (path: string): string => (path.startsWith("/") ? path : `${base}/${path}`);
  const paths = program.includes("/")
    ? [inBase(program)]
    : PATH.split(":").map((one) => inBase(`${one === "" ? "." : one}/${program}`));
  let code = "ENOENT";
  for (const path of paths) {
    try {
      if (statSync(path).isFile()) {
        accessSync(path, constants.X_OK);
        return;
      }
      code = "EACCES";
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EACCES") code = "EACCES";
    }
  }
  const syscall = `spawn ${program}`;
  const cause = Object.assign(new Error(`${syscall} ${code}`), { code, syscall, path: program });
  throw notStarted(command, folder, cause);
}

/** Returns the error to throw for the one with which a start has failed. */
function notStarted(command: Command, folder: string | undefined, cause: unknown): Error {
  const program = command.isShell ? "a shell" : JSON.stringify(command.program);
  const where = JSON.stringify(folder ?? process.cwd());
  const why = whyNot(command, folder, cause);
  return new Error(`can't start ${program} in the folder ${where}: ${why}`, { cause });
}

function whyNot({ program, isShell }: Command, folder: string | undefined, cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code !== "ENOENT" && code !== "EACCES" && code !== "ENOTDIR") return message;
  const wrongFolder = folder === undefined ? undefined : whyNoFolder(folder);
  if (wrongFolder !== undefined) return wrongFolder;
  const kind = isShell || !/[\\/]/.test(program) ? undefined : kindOf(program, folder);
  if (code === "EACCES") {
    return kind === "folder" ? "the program is a folder" : "there is no permission to run the program";
  }
  if (kind === "file") return "the first line of the program names an interpreter that does not exist";
  return /[\\/]/.test(program) || isShell
    ? "the program does not exist"
    : "no folder of PATH has such a program";
}

function whyNoFolder(folder: string): string | undefined {
  const { accessSync, constants } = builtin("node:fs");
  const kind = kindOf(folder, undefined);
  if (kind === undefined) return "the folder does not exist";
  if (kind === "file") return "that is a file, not a folder";
  try {
    accessSync(folder, constants.X_OK);
    return undefined;
  } catch {
    return "there is no permission to enter the folder";
  }
}

function kindOf(path: string, base: string | undefined): "file" | "folder" | undefined {
  try {
    const full = base === undefined || /^([\\/]|[A-Za-z]:)/.test(path) ? path : `${base}/${path}`;
    return builtin("node:fs").statSync(full).isDirectory() ? "folder" : "file";
  } catch {
    return undefined;
  }
}

/** What the tests of real processes share. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { run } from "@asyncio-ts/task";
import type { Kind, Program } from "@asyncio-ts/testkit";

/** Runs a program of a kind of coroutine, on real time. */
export function runIn<T>(kind: Kind, program: () => Program<T>): Promise<T> {
  return run(kind.body(program) as () => Promise<T>);
}

/** Tells whether a process runs. One that has ended, and whose parent has not looked, does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return stateOf(readFileSync(`/proc/${pid}/stat`, "utf8")) !== "Z";
  } catch {
    return process.platform !== "linux";
  }
}

/** Returns the children of this process, zombies too, as Linux lists them. */
export function children(): string[] {
  return readdirSync("/proc/self/task").flatMap((id) =>
    readFileSync(`/proc/self/task/${id}/children`, "utf8").split(" ").filter(Boolean),
  );
}

/** Returns how many files, sockets and pipes this process has open. */
export function openFiles(): number {
  return readdirSync("/proc/self/fd").length;
}

/** Returns the names of the pipes and sockets that this process has open, as Linux numbers them. */
export function openPipes(): string[] {
  return readdirSync("/proc/self/fd").flatMap((file) => {
    try {
      return /^(?:pipe|socket):.*/.exec(readlinkSync(`/proc/self/fd/${file}`)) ?? [];
    } catch {
      return []; // It has been closed meanwhile, as the list of the folder itself is.
    }
  });
}

function stateOf(stat: string): string | undefined {
  return /\) (\w)/.exec(stat.slice(stat.lastIndexOf(")")))?.[1];
}

/** Decodes bytes. */
export function text(bytes: Uint8Array | null): string {
  if (bytes === null) throw new Error("there are no bytes: it was no pipe");
  return new TextDecoder().decode(bytes);
}

/** The options by which a runtime runs a module that is their next one. */
const evaluates =
  "Deno" in globalThis ? ["eval"] : "Bun" in globalThis ? ["--eval"] : ["--input-type=module", "--eval"];

/** Returns the program and arguments that run a module in this runtime. */
export function javaScript(source: string): [program: string, args: string[]] {
  return [process.execPath, [...evaluates, source]];
}

/** A script that says "ready" and then waits until a signal ends it. */
export const waits = "echo ready; exec sleep 1000";
/** A script that says "ready", ignores SIGTERM, and so do its descendants. */
export const ignoresSigterm = "trap '' TERM; echo ready; while :; do sleep 1000; done";
/** A script with two descendants, whose numbers it writes in a line, in the background and in a pipe. */
export const hasDescendants =
  "sleep 1000 & a=$!; sh -c 'sleep 1000 & echo $!; wait' | { read b; echo $a $b; cat; } & wait";

/** Reads a line of numbers. */
export function numbersIn(line: Uint8Array): number[] {
  return text(line).trim().split(" ").map(Number);
}

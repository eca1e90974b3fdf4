/** Node processes that tests look at. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

/** A program that runs, and the line by which it said that it is ready. */
export interface Started {
  readonly pid: number;
  readonly ready: string;
  readonly lines: readonly string[];
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;
const children: Child[] = [];

/**
 * Starts a program of `programs`, and waits until it is ready. Its inspector gets any free port, so that
 * nothing on this computer is in its way, unless `options` say otherwise.
 */
export async function start(
  name: string,
  options: readonly string[] = ["--inspect-port=0"],
  args: readonly (string | number)[] = [],
): Promise<Started> {
  const file = fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));
  const child: Child = spawn(process.execPath, [...options, file, ...args.map(String)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? (signal as NodeJS.Signals)));
  });
  const lines: string[] = [];
  createInterface(child.stderr).on("line", (line) => lines.push(line));
  const ready = await new Promise<string>((resolve) => {
    createInterface(child.stdout).on("line", (line) => {
      lines.push(line);
      resolve(line);
    });
  });
  return { pid: child.pid as number, ready, lines, ended };
}

/** Ends all programs, and waits for their end. */
export async function endAll(): Promise<void> {
  await Promise.all(
    children.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }),
  );
}

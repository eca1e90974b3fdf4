/**
 * Where a rehearsal takes place: a temporary folder, and the processes that run in it. Closing it ends the processes and
 * removes the folder.
 *
 * A stage is open until `close()` is called for the first time, and closed from then on. Who closes it: the end of the
 * rehearsal, or a signal while it runs. A closed stage starts nothing, so what a signal interrupts ends by itself: its
 * process has been killed, and the next one is refused.
 *
 * Each command is the leader of a process group, because package managers start processes of their own. Its group is
 * killed when it ends as well: nothing that it leaves behind outlives it.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

const options = { recursive: true, force: true, maxRetries: 5 };

/** Only for what hangs. */
const LIMIT = 900_000;

/** How to run a command. */
export interface Command {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** After how many milliseconds it is killed; 300,000 by default. */
  readonly limit?: number;
}

/** A temporary folder and the processes in it, which end together. */
export class Stage {
  readonly folder: string = realpathSync(mkdtempSync(join(tmpdir(), "asyncio-ts-rehearsal-")));
  readonly #running = new Map<number, Promise<unknown>>();
  readonly #others: (() => Promise<void>)[] = [];
  #closed: Promise<void> | undefined;

  constructor() {
    // The last resort, for errors that nothing catches.
    process.once("exit", () => this.#clear());
  }

  /** Makes a folder in that of the stage. */
  makeFolder(...path: string[]): string {
    this.#assertOpen();
    const folder = join(this.folder, ...path);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Has `close()` end something else too, such as a server. */
  async onClose(end: () => Promise<void>): Promise<void> {
    if (this.#closed === undefined) this.#others.push(end);
    else await end();
  }

  /**
   * Runs a command, and returns what it has written to its standard output.
   *
   * @throws Error with all that it has written if it fails, or takes longer than its limit. Error if the stage is closed.
   */
  async run(
    [file, ...args]: readonly [string, ...string[]],
    { folder, env, limit = LIMIT }: Command,
  ): Promise<string> {
    this.#assertOpen();
    const child = execa(file, args, {
      cwd: folder,
      env,
      extendEnv: false,
      stdin: "ignore",
      all: true,
      detached: true, // a process group of its own
      reject: false,
      maxBuffer: 10_000_000,
    });
    const { pid } = child;
    if (pid === undefined) throw (await child).cause ?? new Error(`${file} can't be started`);
    this.#running.set(pid, child);
    const timer = setTimeout(killGroup, limit, pid);
    try {
      const { failed, exitCode, signal, stdout, all } = await child;
      if (!failed) return stdout;
      const how = exitCode === undefined ? `was ended by ${signal}` : `ended with ${exitCode}`;
      throw new Error(`${[file, ...args].join(" ")}\n${how}\n${all.trim()}`.replaceAll(this.folder, "…"));
    } finally {
      clearTimeout(timer);
      this.#running.delete(pid);
      killGroup(pid);
    }
  }

  /** Ends all that runs, and removes the folder. Further calls wait for the same end. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    for (const pid of this.#running.keys()) killGroup(pid);
    await Promise.allSettled(this.#running.values());
    await Promise.allSettled(this.#others.map((end) => end()));
    // Much faster than one file after another, where a disk is busy.
    await rm(this.folder, options);
  }

  #clear(): void {
    for (const pid of this.#running.keys()) killGroup(pid);
    rmSync(this.folder, options);
  }

  #assertOpen(): void {
    if (this.#closed !== undefined) throw new Error("the stage is closed");
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of them have ended.
  }
}

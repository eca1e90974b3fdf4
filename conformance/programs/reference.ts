/** The process in which CPython runs the programs: one for all of them. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Program } from "./program.js";

/** The answer of CPython about a program; see `reference.py`. */
export interface Answer {
  /** The error in Python, which is a mistake of `reference.py`; null as a rule. */
  readonly error: string | null;
  /** The trace with lossless cancellation. */
  readonly trace: readonly string[];
  /**
   * The trace of asyncio as it is, where the two differ in their rules: where a cancellation came too late.
   */
  readonly plain: readonly string[] | null;
  /** The number of cancellations that came too late, by what made them so. */
  readonly late: Readonly<Record<string, number>>;
  /** The number of cancellations that reached a task, by the statement that it was in. */
  readonly cancels: Readonly<Record<string, number>>;
  /** True if the program was given up, for the number of its events. */
  readonly tooLong: boolean;
}

export class Reference {
  private readonly process: ChildProcess;
  private readonly waiting: ((line: string) => void)[] = [];
  private ended: Error | undefined = undefined;
  private readonly failures: ((error: Error) => void)[] = [];

  constructor(python: string) {
    const script = fileURLToPath(new URL("reference.py", import.meta.url));
    const child = spawn(python, ["-X", "utf8", script], { stdio: ["pipe", "pipe", "inherit"] });
    this.process = child;
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.failures.shift();
      this.waiting.shift()?.(line);
    });
    child.on("error", (error) => this.end(error));
    child.on("exit", (code) => this.end(new Error(`Python ended with code ${code}`)));
  }

  /** Runs a program in Python. */
  async run(program: Program): Promise<Answer> {
    if (this.ended !== undefined) throw this.ended;
    const line = await new Promise<string>((resolve, reject) => {
      this.waiting.push(resolve);
      this.failures.push(reject);
      this.process.stdin?.write(`${JSON.stringify(program)}\n`);
    });
    return JSON.parse(line) as Answer;
  }

  close(): void {
    this.process.stdin?.end();
  }

  private end(error: Error): void {
    this.ended = error;
    for (const reject of this.failures) reject(error);
  }
}

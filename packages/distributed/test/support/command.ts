/** The command, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { work } from "./redis.js";

const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));

export class Command {
  output = "";
  readonly child: ChildProcess;
  private readonly ended: Promise<unknown[]>;
  private look: () => void = () => {};

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [bin, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
        this.look();
      });
    }
    this.ended = once(this.child, "close");
  }

  /** Starts a worker of the tests' module; resolves once it takes jobs. */
  static async start(url: string, queue: string, ...options: string[]): Promise<Command> {
    const module = fileURLToPath(work);
    const command = new Command(module, "--redis", url, "--queue", queue, "--isolation", "task", ...options);
    await command.printed(" ready: ");
    return command;
  }

  get pid(): string {
    return String(this.child.pid);
  }

  /** Waits until it has printed something. */
  async printed(text: string): Promise<void> {
    const found = new Promise<void>((resolve) => {
      this.look = () => {
        if (this.output.includes(text)) resolve();
      };
      this.look();
    });
    const end = this.ended.then(() => {
      throw new Error(`it ended without ${text}: ${this.output}`);
    });
    await Promise.race([found, end]);
  }

  /** Sends a signal, and waits for the end; returns the exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return await this.exit();
  }

  async exit(): Promise<number | null> {
    return (await this.ended)[0] as number | null;
  }
}

/** Programs that others have written: where they are, how they are run, and how they are ended. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** Stands in the title of a test that is skipped for want of a program. */
export function unless(found: string | null | undefined, name: string): string {
  return found == null ? ` (skipped: ${name} is not installed)` : "";
}

/** A new folder in the system's folder for temporary files. */
export class Scratch implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<Scratch> {
    return new Scratch(await mkdtemp(join(tmpdir(), "asyncio-ts-interop-")));
  }

  /** Writes a file, and returns its path. */
  async write(name: string, text: string): Promise<string> {
    const path = join(this.path, name);
    await writeFile(path, text);
    return path;
  }

  /** Has openssl make a certificate for localhost and 127.0.0.1, which signs itself. */
  async certificate(): Promise<Certificate> {
    const [certPath, keyPath] = [join(this.path, "cert.pem"), join(this.path, "key.pem")];
    const request =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost";
    const names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
    await promisify(execFile)("openssl", [
      ...request.split(" "),
      "-addext",
      names,
      "-keyout",
      keyPath,
      "-out",
      certPath,
    ]);
    const [cert, key] = await Promise.all([readFile(certPath, "utf8"), readFile(keyPath, "utf8")]);
    return { cert, key, certPath, keyPath };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly certPath: string;
  readonly keyPath: string;
}

/** A process, with all that it has printed so far. It is killed in the end. */
export class Program implements AsyncDisposable {
  /** The text that it printed, on either stream. */
  output = "";
  private readonly child: ChildProcess;
  /** Resolves to the exit code, once all output is there. */
  readonly ended: Promise<number | null>;
  private isOver = false;
  private look: () => void = () => {};

  constructor(path: string, args: readonly string[], cwd?: string) {
    this.child = spawn(path, args, { cwd, stdio: "pipe" });
    const { stdout, stderr } = this.child;
    for (const stream of [stdout, stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
        this.look();
      });
    }
    this.child.stdin?.on("error", () => {});
    this.ended = new Promise((resolve, reject) => {
      this.child.on("error", reject);
      this.child.on("close", (code) => {
        this.isOver = true;
        this.look();
        resolve(code);
      });
    });
    this.ended.catch(() => {});
  }

  /** Waits until it has printed something, and returns the match. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      this.look = () => {
        const match = pattern.exec(this.output);
        if (match !== null) resolve(match);
        else if (this.isOver) reject(new Error(`ended without ${pattern}: ${this.output}`));
      };
      this.look();
    });
  }

  /** Writes to its standard input. */
  write(text: string): void {
    this.child.stdin?.write(text);
  }

  endInput(): void {
    this.child.stdin?.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended.catch(() => {});
  }
}

/** Ends what a test has started: the last first. */
export class Started implements AsyncDisposable {
  private readonly all: AsyncDisposable[] = [];

  add<T extends AsyncDisposable>(one: T): T {
    this.all.push(one);
    return one;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (let one = this.all.pop(); one !== undefined; one = this.all.pop()) await one[Symbol.asyncDispose]();
  }
}

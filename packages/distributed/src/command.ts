/** The command `asyncio-ts-worker`: a process with one worker. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { Connection } from "./connection.js";
import type { Isolation } from "./runner.js";
import { DistributedWorker } from "./worker.js";

/** The parts of its process that the command needs. */
export interface Output {
  out(text: string): void;
  error(text: string): void;
  /** Calls back at each SIGTERM and SIGINT. */
  onSignal(callback: (signal: string) => void): void;
  /** Ends the process at once. */
  exit(code: number): void;
}

interface Options {
  readonly queue: string;
  readonly redis: string;
  readonly node?: readonly string[];
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly isolation: Isolation;
  readonly concurrency?: number;
  readonly grace: number;
  readonly lease?: number;
  readonly moduleVersion?: string;
  readonly prefix?: string;
  readonly health?: number;
  readonly quiet?: true;
}

/** Runs the command; returns its exit code. */
export async function command(args: readonly string[], output: Output): Promise<number> {
  let code = 0;
  const program = new Command("asyncio-ts-worker")
    .description("Runs the functions of a module for the executors of a queue.")
    .option("-V, --version", "print the version")
    .on("option:version", () => {
      output.out(version());
      throw new CommanderError(0, "version", "");
    })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.out(text.trimEnd()),
      writeErr: (text) => output.error(text.trimEnd()),
    })
    .argument("<module>", "the module, a path or a URL")
    .requiredOption("--queue <name>", "the queue")
    .option("--redis <url>", "where Redis or Valkey is", "redis://localhost:6379")
    .addOption(
      new Option("--node <url>", "a node of a cluster, instead of --redis; may be repeated").argParser(
        (url: string, urls: readonly string[] = []) => [...urls, url],
      ),
    )
    .option("--cacert <file>", "the certificate of the authority that has signed the server's, for TLS")
    .option("--cert <file>", "the certificate of this worker, if the server wants one")
    .option("--key <file>", "the key of that certificate")
    .addOption(
      new Option("--concurrency <n>", "the jobs that run at once (default: the cores)").argParser(number),
    )
    .addOption(
      new Option("--isolation <kind>", "where jobs run")
        .choices(["task", "thread", "process"])
        .default("thread"),
    )
    .addOption(
      new Option("--grace <ms>", "how long jobs may go on after SIGTERM before they are given back")
        .argParser(number)
        .default(30_000),
    )
    .addOption(
      new Option(
        "--lease <ms>",
        "after how long without a sign of life it counts as dead (default: 30000)",
      ).argParser(number),
    )
    .option("--module-version <version>", "the version of the module; jobs for another one fail")
    .option("--prefix <prefix>", "the prefix of all keys in Redis (default: bull)")
    .addOption(new Option("--health <port>", "answer GET / with its state, on this port").argParser(number))
    .option("--quiet", "print no line for each job")
    .action(async (module: string, options: Options) => {
      code = await serve(module, options, output);
    });
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    output.error(`asyncio-ts-worker: ${(error as Error).message}`);
    return 1;
  }
  return code;
}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

async function serve(module: string, options: Options, output: Output): Promise<number> {
  const { queue, isolation, concurrency, grace, lease, moduleVersion, prefix, health, quiet } = options;
  const url = /^[a-z]+:\/\//.test(module) ? module : pathToFileURL(resolve(module));
  const worker = new DistributedWorker(url, {
    queue,
    connection: connectionOf(options),
    isolation,
    ...(concurrency !== undefined && { concurrency }),
    ...(lease !== undefined && { lease }),
    ...(moduleVersion !== undefined && { version: moduleVersion }),
    ...(prefix !== undefined && { prefix }),
    log: (line) => {
      if (quiet !== true || line.startsWith("error")) output.out(`${new Date().toISOString()} ${line}`);
    },
  });
  const server = health === undefined ? undefined : await answer(worker, health);
  const stopping = new Promise<void>((stop) => {
    let isFirst = true;
    output.onSignal((signal) => {
      if (!isFirst) {
        output.error(`${signal} again: stops at once`);
        output.exit(1);
        return;
      }
      isFirst = false;
      output.error(`${signal}: takes no more jobs, and ends within ${grace} ms`);
      stop();
    });
  });
  try {
    const isReady = await Promise.race([worker.ready().then(() => true), stopping]);
    if (isReady === true) output.out(`${new Date().toISOString()} ready: ${worker}`);
    await stopping;
    await worker.shutdown({ grace });
  } finally {
    await worker.shutdown({ grace: 0 });
    server?.close();
  }
  return 0;
}

function connectionOf({ redis, node, cacert, cert, key }: Options): Connection {
  const files = Object.entries({ ca: cacert, cert, key }).filter(([, file]) => file !== undefined);
  const tls = Object.fromEntries(files.map(([name, file]) => [name, readFileSync(file as string)]));
  const parts = files.length > 0 ? { tls } : {};
  if (node === undefined) return { url: redis, ...parts };
  return { nodes: node.map((url) => ({ url, ...parts })) };
}

/** Starts the health endpoint: 200 while the worker takes jobs, 503 otherwise, with its status as JSON. */
async function answer(worker: DistributedWorker, port: number): Promise<Server> {
  const server = createServer((_request, response) => {
    const status = worker.status();
    const isHealthy = status.state === "working" && status.connected;
    response.writeHead(isHealthy ? 200 : 503, { "content-type": "application/json", connection: "close" });
    response.end(`${JSON.stringify(status)}\n`);
  });
  server.listen(port);
  await once(server, "listening");
  return server;
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError("It has to be a whole number.");
  return value;
}

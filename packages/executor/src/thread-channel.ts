import type { Worker, WorkerOptions } from "node:worker_threads";
import { type Channel, type ChannelEvents, GRACE } from "./channel.js";
import { type CloneCheck, threadCloneCheck } from "./clone.js";
import { entryUrl } from "./entry-url.js";
import type { FromWorker, ToWorker } from "./messages.js";
import { builtin, isDeno } from "./runtime.js";

/**
 * Connection to a worker thread.
 *
 * A thread that is terminated while Node reads a module for it leaves the file open for as long as this process
 * lives. So a thread that has not been heard of yet, and is still loading, is first asked to exit.
 */
export class ThreadChannel implements Channel {
  readonly kind = "thread";
  readonly check: CloneCheck = threadCloneCheck;
  private readonly worker: Worker;
  private loading = true;

  constructor(module: string, options: WorkerOptions, events: ChannelEvents) {
    this.worker = startThread({ ...options, argv: [module] });
    this.worker.on("message", (message: FromWorker | null) => {
      this.loading = false;
      events.received(message);
    });
    this.worker.on("error", (error) => events.failed(error));
    this.worker.on("messageerror", (error) => events.lost(error));
    // Node has delivered every message before this event.
    this.worker.on("exit", (code) => events.ended(`ended with exit code ${code}`, false));
  }

  send(message: ToWorker, transfer?: readonly object[]): void {
    this.worker.postMessage(message, transfer as never);
  }

  hold(): void {
    this.worker.ref();
  }

  release(): void {
    this.worker.unref();
  }

  kill(): void {
    const { worker } = this;
    // Deno loses what is sent to a thread that is loading.
    if (!this.loading || isDeno) {
      void worker.terminate();
      return;
    }
    this.send({ type: "close" });
    const timer = setTimeout(() => void worker.terminate(), GRACE);
    worker.on("exit", () => clearTimeout(timer));
  }
}

function startThread(options: WorkerOptions): Worker {
  const { Worker } = builtin("node:worker_threads");
  // A program from `--eval` or stdin may have been started with this option. Threads inherit it, and Node
  // then refuses to run a file.
  const noFiles = process.execArgv.some((option) => option.startsWith("--input-type"));
  if (!noFiles || options.execArgv !== undefined) return new Worker(entryUrl, options);
  return new Worker(`import(${JSON.stringify(entryUrl)})`, { ...options, eval: true });
}

/**
 * The program of every worker, be it a thread or a process: loads the module, runs its functions one at a time, and
 * sends back what comes of it. The URL of the module is its last argument.
 *
 * It imports only what is small: it is loaded for each worker.
 */
import { parentPort } from "node:worker_threads";
import { type CloneCheck, findUnclonable, processCloneCheck, threadCloneCheck } from "./clone.js";
import { enclose, open } from "./envelope.js";
import type { FromWorker, ToWorker } from "./messages.js";
import { takeMoved } from "./move.js";
import { pack } from "./packed.js";
import { shared } from "./shared.js";

/** The way to the pool. */
interface Port {
  readonly kind: "thread" | "process";
  readonly check: CloneCheck;
  /** @throws DataCloneError */
  send(message: FromWorker, transfer?: readonly object[]): void;
  listen(listener: (message: ToWorker) => void): void;
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

function threadPort(port: NonNullable<typeof parentPort>): Port {
  return {
    kind: "thread",
    check: threadCloneCheck,
    send: (message, transfer) => port.postMessage(message, transfer as never),
    listen(listener) {
      port.on("message", listener);
      port.on("messageerror", answerLoss);
    },
  };
}

function processPort(): Port {
  const send = process.send?.bind(process);
  if (send === undefined) throw new Error("this program is run by the pools of @asyncio-ts/executor");
  // The parent is gone, or wants no more.
  process.on("disconnect", () => process.exit());
  // The pool tells it to whoever waits; where the module has a handler of its own, that decides.
  process.on("uncaughtException", (error) => {
    if (process.listenerCount("uncaughtException") > 1) return;
    const message = enclose({ type: "uncaught", error: pack(error, processCloneCheck) });
    send(message, undefined, undefined, () => process.exit(1));
  });
  const ignore = (): void => {}; // The parent is going, and "disconnect" comes.
  return {
    kind: "process",
    check: processCloneCheck,
    send: (message) => void send(enclose(message), undefined, undefined, ignore),
    listen(listener) {
      process.on("message", (received) => {
        let message: ToWorker;
        try {
          message = open(received) as ToWorker;
        } catch (error) {
          answerLoss(error);
          return;
        }
        listener(message);
      });
    },
  };
}

const port = parentPort === null ? processPort() : threadPort(parentPort);
const url = process.argv.at(-1) as string;
/** The function whose job runs, for error messages. */
let running: string | undefined;
let functions: ReadonlyMap<string, AnyFunction>;

shared.child = (pid, alive) => port.send({ type: "child", pid, alive });
shared.report = (value) => {
  if (running === undefined) return;
  send({ type: "progress", value }, value, `what ${running}() gave to report()`);
};

try {
  functions = functionsOf((await import(url)) as object);
  port.listen((message) => {
    if (message.type === "run") run(message.name, message.args);
    else if (message.type === "close") close();
  });
  port.send({ type: "ready" });
} catch (error) {
  port.send({ type: "broken", error: pack(describeLoadFailure(error), port.check) });
}

/** Functions by name; those of a CommonJS module are properties of its default export. */
function functionsOf(module: object): Map<string, AnyFunction> {
  const found = new Map<string, AnyFunction>();
  const exported = Object.entries(module);
  const byDefault = (module as { default?: unknown }).default;
  if (typeof byDefault === "object" && byDefault !== null) exported.unshift(...Object.entries(byDefault));
  for (const [name, value] of exported) {
    if (typeof value === "function") found.set(name, value as AnyFunction);
  }
  return found;
}

function run(name: string, args: readonly unknown[]): void {
  const fn = functions.get(name);
  if (fn === undefined) {
    const names = [...functions.keys()].join(", ") || "none";
    answerError(new TypeError(`there is no function ${name}() in ${url}; its functions: ${names}`));
    return;
  }
  running = name;
  let returned: unknown;
  let then: unknown;
  try {
    returned = fn(...args);
    // Read once, and called by a promise, which sees to it that there is one outcome.
    if (isObject(returned)) ({ then } = returned as { then?: unknown });
  } catch (error) {
    answerError(error);
    return;
  }
  if (typeof then !== "function") {
    answer(returned);
    return;
  }
  new Promise((resolve, reject) => Reflect.apply(then, returned, [resolve, reject])).then(
    answer,
    answerError,
  );
}

function answer(value: unknown): void {
  try {
    send({ type: "value", value }, value, `the result of ${running}()`);
    running = undefined;
  } catch (error) {
    answerError(error);
  }
}

function answerError(error: unknown): void {
  running = undefined;
  port.send({ type: "error", error: pack(error, port.check) });
}

/** A message has come that can't be read: it can only have been a job. */
function answerLoss(error: unknown): void {
  answerError(new TypeError("the job's arguments can't be received", { cause: error }));
}

/** @throws TypeError that names `what`, and where in it something can't be cloned */
function send(message: FromWorker, value: unknown, what: string): void {
  const moved = takeMoved([value]);
  try {
    port.send(message, moved);
  } catch (error) {
    const reason = findUnclonable(value, port.check, moved) ?? (error as Error).message;
    throw new TypeError(`${what} can't be sent from its ${port.kind}: ${reason}`, { cause: error });
  }
}

/** What was written to the console must not be lost. */
function close(): void {
  process.stdout.write("", () => process.stderr.write("", () => process.exit()));
}

function describeLoadFailure(error: unknown): unknown {
  const isTypeScript = /\.[cm]?tsx?$/.test(url);
  if (!isTypeScript || (error as { code?: unknown } | null)?.code !== "ERR_UNKNOWN_FILE_EXTENSION")
    return error;
  const hasTsx = port.kind === "thread" && process.execArgv.some((option) => /\btsx\b/.test(option));
  const advice = hasTsx
    ? "tsx leaves the threads of this Node alone; start the program with `--import` and the path of a module that has " +
      '`import { register } from "tsx/esm/api"; register();` in it'
    : "start the program with a loader (node --import tsx …)";
  return new Error(
    `this Node (${process.version}) can't load TypeScript by itself; use Node 22.18 or later, or give the executor ` +
      `the compiled .js file, or ${advice}`,
    { cause: error },
  );
}

function isObject(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

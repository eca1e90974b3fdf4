/**
 * Program of every worker, a thread or a process: loads the module, runs its functions one at a time, and
 * sends back the results. The URL of the module is its last argument.
 *
 * It imports only small files, because it is loaded for each worker.
 */
import { parentPort } from "node:worker_threads";
import {
  type CloneCheck,
  explainArguments,
  findUnclonable,
  processCloneCheck,
  threadCloneCheck,
} from "./clone.js";
import { enclose, open } from "./envelope.js";
import { type AnyFunction, functionsOf, noSuchFunction } from "./functions-of.js";
import type { FromWorker, ToWorker } from "./messages.js";
import { takeMoved } from "./move.js";
import { OutgoingCalls } from "./outgoing-calls.js";
import { pack } from "./packed.js";
import { Received, type SentVariables } from "./received.js";
import { shared } from "./shared.js";

/** Connection to the pool. */
interface Port {
  readonly kind: "thread" | "process";
  readonly check: CloneCheck;
  /** @throws DataCloneError */
  send(message: FromWorker, transfer?: readonly object[]): void;
  listen(listener: (message: ToWorker) => void): void;
}

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
  if (send === undefined) throw new Error("only a pool of @asyncio-ts/executor can run this program");
  // The parent has exited, or has disconnected.
  process.on("disconnect", () => process.exit());
  // The pool fails the job with this error. If the module has a handler of its own, that one decides instead.
  process.on("uncaughtException", (error) => {
    if (process.listenerCount("uncaughtException") > 1) return;
    const message = enclose({ type: "uncaught", error: pack(error, processCloneCheck) });
    send(message, undefined, undefined, () => process.exit(1));
  });
  const ignore = (): void => {}; // The parent is exiting, and "disconnect" follows.
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
/** Name of the running function, for error messages. */
let running: string | undefined;
let functions: ReadonlyMap<string, AnyFunction>;
const received = new Received();
let isClosing = false;
const calls = new OutgoingCalls(sendCall);

shared.child = (pid, alive) => port.send({ type: "child", pid, alive });
shared.report = (value) => {
  if (running === undefined) return;
  send({ type: "progress", value }, value, `the value that ${running}() reported`);
};

shared.call = (name, args, signal) => {
  if (running !== undefined) return calls.call(name, args, signal);
  const reason = isClosing
    ? "after its worker was told to exit: the pool was shut down, or has had no job for long"
    : "while its worker had no job; wait for each call before the job returns";
  return Promise.reject(new Error(`${name}() was called ${reason}`));
};

// Not only until it is imported: a call of `run()` that it does not await submits its first job later.
shared.importing = url;
try {
  functions = functionsOf((await import(url)) as object);
  port.listen((message) => {
    if (message.type === "run") run(message.name, message.args, message.variables);
    else if (message.type === "answer" || message.type === "refusal") calls.answered(message);
    else if (message.type === "close") close();
  });
  port.send({ type: "ready" });
} catch (error) {
  port.send({ type: "broken", error: pack(describeLoadFailure(error), port.check) });
}

function run(name: string, args: readonly unknown[], variables: SentVariables | undefined): void {
  const fn = functions.get(name);
  if (fn === undefined) {
    answerError(noSuchFunction(name, url, functions));
    return;
  }
  running = name;
  shared.importing = undefined;
  received.begin(variables);
  let returned: unknown;
  let then: unknown;
  try {
    returned = received.call(name, () => fn(...args));
    // `then` is read once, and called by a promise, which accepts only one outcome.
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
    jobEnded();
  } catch (error) {
    answerError(error);
  }
}

function jobEnded(): void {
  if (running !== undefined) received.end();
  running = undefined;
  calls.jobEnded();
}

function answerError(error: unknown): void {
  jobEnded();
  port.send({ type: "error", error: pack(error, port.check) });
}

/**
 * Answers a message that can't be read: a job, or, while one runs, the result of a service. Nothing tells
 * which call that was for, so the job fails.
 */
function answerLoss(error: unknown): void {
  const what =
    running === undefined ? "the job's arguments" : `the result of a service that ${running}() called`;
  answerError(new TypeError(`${what} can't be received`, { cause: error }));
}

/** @throws TypeError that names the argument, and the part of it that can't be cloned */
function sendCall(message: FromWorker): void {
  const { name, args } = message.type === "call" ? message : { name: "", args: [] };
  const moved = takeMoved(args);
  try {
    port.send(message, moved);
  } catch (error) {
    const call = `${name}() can't be sent from its ${port.kind}`;
    const reason =
      explainArguments(call, args, port.check, moved) ??
      `the arguments of ${call}: ${(error as Error).message}`;
    throw new TypeError(reason, { cause: error });
  }
}

/** @throws TypeError that names `what`, and the part of it that can't be cloned */
function send(message: FromWorker, value: unknown, what: string): void {
  const moved = takeMoved([value]);
  try {
    port.send(message, moved);
  } catch (error) {
    const reason = findUnclonable(value, port.check, moved) ?? (error as Error).message;
    throw new TypeError(`${what} can't be sent from its ${port.kind}: ${reason}`, { cause: error });
  }
}

/** Exits after the output to the console has been written. */
function close(): void {
  isClosing = true;
  process.stdout.write("", () => process.stderr.write("", () => process.exit()));
}

function describeLoadFailure(error: unknown): unknown {
  const isTypeScript = /\.[cm]?tsx?$/.test(url);
  if (!isTypeScript || (error as { code?: unknown } | null)?.code !== "ERR_UNKNOWN_FILE_EXTENSION")
    return error;
  const hasTsx = port.kind === "thread" && process.execArgv.some((option) => /\btsx\b/.test(option));
  const advice = hasTsx
    ? "tsx does not affect threads in this version of Node; start the program with `--import` and " +
      'the path of a module that has `import { register } from "tsx/esm/api"; register();` in it'
    : "start the program with a loader (node --import tsx …)";
  return new Error(
    `this Node (${process.version}) can't load TypeScript itself; use Node 22.18 or later, or pass the executor ` +
      `the URL of the compiled .js file, or ${advice}`,
    { cause: error },
  );
}

function isObject(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

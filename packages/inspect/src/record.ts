/**
 * `node --import @asyncio-ts/inspect/record app.js`: records the program from its first step to its exit, and
 * writes the trace then: to `trace-PID.json`, or the file that ASYNCIO_TS_RECORD names.
 *
 * The program is not to behave in another way. So a listener for a signal, which would keep the signal from ending
 * the program, does what the runtime would have done; and the program and its libraries, which ask whether others
 * listen, are told that nobody does (`hide`). One thing is different: a signal can't end a program whose code runs
 * without end, since a listener has to wait for it.
 *
 * Processes that it starts with the same options are recorded, too. One that finds that another has written its file
 * meanwhile writes beside it.
 *
 * Only the main thread is recorded: a worker has the same process, and its file.
 */
import { closeSync, openSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join, parse, resolve } from "node:path";
import { isMainThread } from "node:worker_threads";
import { makeRecorder, type Recorder } from "./recorder.js";
import { piecesOf, textOfItems } from "./trace-text.js";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

if (isMainThread) {
  const recorder = makeRecorder({ waits: true });
  if (typeof recorder === "object") begin(recorder);
}

function begin(recorder: Recorder): void {
  let ended: string | undefined;
  let isWritten = false;
  const file = process.env["ASYNCIO_TS_RECORD"] ?? `trace-${process.pid}.json`;
  // The program may go to another folder.
  const path = resolve(file);
  const before = lastWrite(path);
  const write = (reason: string): void => {
    if (isWritten) return;
    isWritten = true;
    recorder.stop(reason);
    if (lastWrite(path) === before) writeTrace(recorder, file, path);
    else writeTrace(recorder, ownName(file), ownName(path), `, since another process has written ${file}`);
  };
  process.on("uncaughtExceptionMonitor", (error: unknown) => {
    // Some code may catch it yet.
    ended = describeError(error);
  });
  process.on("exit", (code) => write(code !== 0 && ended !== undefined ? ended : "exit"));
  const interrupted = (signal: NodeJS.Signals): void => {
    // Some code of the program listens, and decides; it is not counted here that this does.
    if (process.listenerCount(signal) > 0) return;
    write(signal);
    process.removeListener(signal, interrupted);
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.on(signal, interrupted);
  hide(interrupted);
  // Node, too, counts the listeners, and no longer takes the signal once the program has removed its own.
  process.on("removeListener", (event, listener) => {
    const isSignal = (SIGNALS as readonly unknown[]).includes(event);
    if (isSignal && listener !== interrupted && process.listenerCount(event as NodeJS.Signals) === 0) {
      (process as NodeJS.EventEmitter).emit("newListener", event, interrupted);
    }
  });
}

/** Has those who ask for the listeners of the process not see one. */
function hide(listener: (...args: never[]) => unknown): void {
  const { listeners, rawListeners, listenerCount } = process;
  const without = (all: unknown[]): unknown[] => all.filter((one) => one !== listener);
  const hidden = {
    listeners: (event: string) => without(Reflect.apply(listeners, process, [event]) as unknown[]),
    rawListeners: (event: string) => without(Reflect.apply(rawListeners, process, [event]) as unknown[]),
    listenerCount: (event: string, ...counted: unknown[]) => {
      const all = Reflect.apply(listenerCount, process, [event, ...counted]) as number;
      if (counted.length > 0) return all;
      return all - ((Reflect.apply(listeners, process, [event]) as unknown[]).includes(listener) ? 1 : 0);
    },
  };
  for (const [name, value] of Object.entries(hidden)) {
    Object.defineProperty(process, name, { value, configurable: true, writable: true });
  }
}

/** Returns the time of the last change of a file; undefined if there is none, or none that can be looked at. */
function lastWrite(path: string): number | undefined {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return undefined;
  }
}

/** Returns the name of a file with the number of this process in it. */
function ownName(file: string): string {
  const { dir, name, ext } = parse(file);
  return join(dir, `${name}-${process.pid}${ext}`);
}

function writeTrace(recorder: Recorder, file: string, path: string, reason = ""): void {
  try {
    const head = recorder.head();
    const descriptor = openSync(path, "w");
    for (const piece of piecesOf(head)) {
      writeFileSync(descriptor, typeof piece === "string" ? piece : textOfItems(recorder, piece));
    }
    closeSync(descriptor);
    say(`wrote ${file}${reason}: ${head.counts.events} events of ${head.counts.tasks} tasks`);
  } catch (error) {
    say(`could not write ${file}: ${describeError(error)}`);
  }
}

/** Writes to stderr at once: nothing else has time to, when the program ends. */
function say(text: string): void {
  try {
    writeSync(2, `asyncio-ts: ${text}\n`);
  } catch {
    // Nobody reads it.
  }
}

function describeError(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "an error";
  }
}

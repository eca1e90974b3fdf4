import type { ChildProcess } from "node:child_process";
import { Writable } from "node:stream";
import { ConnectionError } from "@asyncio-ts/streams";
import { createTask, run, sleep } from "@asyncio-ts/task";
import { rejectionOf } from "@asyncio-ts/testkit";
import { expect, test } from "vitest";
import { isBrokenPipe, pipesOf } from "../src/pipes.js";

/** A pipe that sends a chunk when it is told to. */
function slowPipe(): { stdin: Writable; send: () => void } {
  const sent: (() => void)[] = [];
  const stdin = new Writable({ write: (_chunk, _encoding, callback) => void sent.push(callback) });
  return { stdin, send: () => sent.shift()?.() };
}

function writerOf(stdin: Writable) {
  const child = { stdin, stdout: null, stderr: null } as unknown as ChildProcess;
  const { stdin: writer } = pipesOf(child, undefined);
  if (writer === null) throw new Error("there is no writer");
  return writer;
}

test("drain() waits while more than 64 KiB were not sent, until all of them are", () =>
  run(async () => {
    const { stdin, send } = slowPipe();
    const writer = writerOf(stdin);
    writer.write(new Uint8Array(65_536));
    await writer.drain();
    writer.write("x");
    const draining = createTask(writer.drain());
    await sleep(0);
    send();
    await sleep(0);
    expect(draining.done()).toBe(false);
    send();
    await draining;
  }));

test("a pipe that closes before all was sent is broken, although the runtime gives no error", () =>
  run(async () => {
    const { stdin } = slowPipe();
    const writer = writerOf(stdin);
    writer.write(new Uint8Array(100_000));
    const draining = createTask(writer.drain());
    await sleep(0);
    stdin.destroy();
    const error = await rejectionOf(draining);
    expect(String(error)).toBe(
      "ConnectionError: the pipe is broken: the process has ended before it had read everything",
    );
    expect(isBrokenPipe(error)).toBe(true);
  }));

test("a pipe that closes when all was sent is not", () =>
  run(async () => {
    const { stdin, send } = slowPipe();
    const writer = writerOf(stdin);
    writer.write(new Uint8Array(100_000));
    send();
    stdin.destroy();
    await writer.waitClosed();
  }));

test("the error of a pipe is a ConnectionError, with the code and the error of the runtime", () =>
  run(async () => {
    const cause = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
    const writer = writerOf(new Writable({ write: (_chunk, _encoding, callback) => callback(cause) }));
    writer.write("x");
    const error = await rejectionOf(writer.waitClosed());
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ message: "the pipe is broken: write EPIPE", code: "EPIPE", cause });
    expect(isBrokenPipe(error)).toBe(true);
  }));

test("a pipe takes no bytes after its end", () =>
  run(async () => {
    const { stdin, send } = slowPipe();
    const writer = writerOf(stdin);
    writer.write("a");
    writer.writeEof();
    expect(() => writer.write("b")).toThrow("write() was called on <StreamWriter ended> after writeEof()");
    writer.close();
    writer.write("c");
    send();
    await writer.waitClosed();
    expect(String(writer)).toBe("<StreamWriter closed>");
  }));

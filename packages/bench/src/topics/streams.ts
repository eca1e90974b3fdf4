import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import {
  openConnection,
  startServer,
  type Streams,
  type StreamReader,
  type StreamWriter,
} from "@asyncio-ts/streams";
import { gather, run } from "@asyncio-ts/task";
import { type Case, type Outcome, times, type Topic } from "../topic.js";

const host = "127.0.0.1";
/** The most bytes that a server reads at once. */
const CHUNK = 65_536;
const LINE = `${"x".repeat(49)}\n`;
/** Lines that are written at once. */
const LINES = 1000;

// ---- ours, as generator coroutines ----

function* echoInGenerator(reader: StreamReader, writer: StreamWriter) {
  for (;;) {
    const bytes = yield* reader.read(CHUNK);
    if (bytes.length === 0) break;
    writer.write(bytes);
    yield* writer.drain();
  }
  writer.close();
}

function* askInGenerator([reader, writer]: Streams, message: Uint8Array, count: number) {
  let done = 0;
  for (; done < count; done++) {
    writer.write(message);
    yield* writer.drain();
    yield* reader.readexactly(message.length);
  }
  return done;
}

// ---- ours, as async functions ----

async function echoInAsync(reader: StreamReader, writer: StreamWriter): Promise<void> {
  for (;;) {
    const bytes = await reader.read(CHUNK);
    if (bytes.length === 0) break;
    writer.write(bytes);
    await writer.drain();
  }
  writer.close();
}

async function askInAsync([reader, writer]: Streams, message: Uint8Array, count: number): Promise<number> {
  let done = 0;
  for (; done < count; done++) {
    writer.write(message);
    await writer.drain();
    await reader.readexactly(message.length);
  }
  return done;
}

// ---- bare node:net ----

async function listening(connected: (socket: Socket) => void) {
  const server = createServer({ noDelay: true }, connected).listen(0, host);
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

async function connectedTo(port: number): Promise<Socket> {
  const socket = connect({ port, host, noDelay: true });
  await once(socket, "connect");
  return socket;
}

function echoInNative(socket: Socket): void {
  socket.on("data", (bytes) => {
    if (socket.write(bytes)) return;
    socket.pause();
    socket.once("drain", () => socket.resume());
  });
}

function askInNative(socket: Socket, message: Uint8Array, count: number): Promise<number> {
  return new Promise((resolve) => {
    let done = 0;
    let got = 0;
    socket.on("data", (bytes) => {
      got += bytes.length;
      if (got < message.length) return;
      got = 0;
      if (++done === count) resolve(done);
      else socket.write(message);
    });
    socket.write(message);
  });
}

async function closed(socket: Socket): Promise<void> {
  socket.destroySoon();
  await once(socket, "close");
}

// ---- cases ----

/** Measures what `work` does; returns the sum of its counts. */
async function timed(work: () => PromiseLike<readonly number[]>): Promise<Outcome> {
  const start = performance.now();
  const done = (await work()).reduce((sum, each) => sum + each, 0);
  return { done, milliseconds: performance.now() - start };
}

const echo = (label: string, bytes: number, connections: number, size: number): Case => ({
  name: `${label}, ${connections === 1 ? "1 connection" : `${connections} connections`}`,
  operation: "one message to a server and back",
  size,
  contenders: {
    generator: () => (operations) => {
      const message = new Uint8Array(bytes).fill(120);
      return run(async () => {
        const server = await startServer(echoInGenerator, host, 0);
        const clients = await gather(times(connections, () => openConnection(host, server.port)));
        const each = operations / connections;
        const outcome = await timed(() =>
          gather(clients.map((streams) => () => askInGenerator(streams, message, each))),
        );
        for (const [, writer] of clients) writer.close();
        server.close();
        await server.waitClosed();
        return outcome;
      });
    },
    async: () => (operations) => {
      const message = new Uint8Array(bytes).fill(120);
      return run(async () => {
        const server = await startServer(echoInAsync, host, 0);
        const clients = await gather(times(connections, () => openConnection(host, server.port)));
        const each = operations / connections;
        const outcome = await timed(() =>
          gather(clients.map((streams) => () => askInAsync(streams, message, each))),
        );
        for (const [, writer] of clients) writer.close();
        server.close();
        await server.waitClosed();
        return outcome;
      });
    },
    native: () => async (operations) => {
      const message = new Uint8Array(bytes).fill(120);
      const { server, port } = await listening(echoInNative);
      const clients = await Promise.all(times(connections, () => connectedTo(port)));
      const each = operations / connections;
      const outcome = await timed(() =>
        Promise.all(clients.map((socket) => askInNative(socket, message, each))),
      );
      await Promise.all(clients.map(closed));
      server.close();
      return outcome;
    },
  },
  python: ["asyncio", "uvloop", "trio"],
});

type Counting = (reader: StreamReader, writer: StreamWriter) => unknown;

/** Counts the lines that a server of ours reads. */
function counted(count: Counting, send: (streams: Streams) => () => unknown): Promise<Outcome> {
  return run(async () => {
    const server = await startServer(count, host, 0);
    const streams = await openConnection(host, server.port);
    const outcome = await timed(async () => {
      await gather([send(streams) as () => Promise<void>]);
      return [Number(new TextDecoder().decode(await streams[0].readline()))];
    });
    streams[1].close();
    server.close();
    await server.waitClosed();
    return outcome;
  });
}

function* sendInGenerator([, writer]: Streams, operations: number) {
  const many = LINE.repeat(LINES);
  for (let sent = 0; sent < operations; sent += LINES) {
    writer.write(operations - sent < LINES ? LINE.repeat(operations - sent) : many);
    yield* writer.drain();
  }
  writer.writeEof();
}

async function sendInAsync([, writer]: Streams, operations: number): Promise<void> {
  const many = LINE.repeat(LINES);
  for (let sent = 0; sent < operations; sent += LINES) {
    writer.write(operations - sent < LINES ? LINE.repeat(operations - sent) : many);
    await writer.drain();
  }
  writer.writeEof();
}

/** Counts the lines that a bare server reads. */
async function countedInNative(operations: number, connected: (socket: Socket) => void): Promise<Outcome> {
  const { server, port } = await listening(connected);
  const socket = await connectedTo(port);
  const outcome = await timed(async () => {
    const many = LINE.repeat(LINES);
    const answer = once(socket, "data") as Promise<[Buffer]>;
    for (let sent = 0; sent < operations; sent += LINES) {
      const more = operations - sent < LINES ? LINE.repeat(operations - sent) : many;
      if (!socket.write(more)) await once(socket, "drain");
    }
    socket.end();
    const [bytes] = await answer;
    return [Number(String(bytes))];
  });
  socket.destroy();
  server.close();
  return outcome;
}

function countBytesInNative(socket: Socket): void {
  let done = 0;
  let rest: Buffer | undefined;
  socket.on("data", (bytes) => {
    const all = rest === undefined ? bytes : Buffer.concat([rest, bytes]);
    let from = 0;
    for (let end = all.indexOf(10); end !== -1; end = all.indexOf(10, from)) {
      if (all.subarray(from, end + 1).length > 0) done++;
      from = end + 1;
    }
    rest = from === all.length ? undefined : all.subarray(from);
  });
  socket.on("end", () => socket.end(`${done}\n`));
}

function countTextInNative(socket: Socket): void {
  let done = 0;
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (text) => {
    const all = rest + String(text);
    let from = 0;
    for (let end = all.indexOf("\n"); end !== -1; end = all.indexOf("\n", from)) {
      if (all.slice(from, end).length > 0) done++;
      from = end + 1;
    }
    rest = all.slice(from);
  });
  socket.on("end", () => socket.end(`${done}\n`));
}

const lines: Case = {
  name: "lines",
  operation: "one line of 50 bytes, read by a server with readline()",
  size: 100_000,
  contenders: {
    generator: () => (operations) =>
      counted(
        function* (reader, writer) {
          let done = 0;
          while ((yield* reader.readline()).length > 0) done++;
          writer.write(`${done}\n`);
          writer.close();
        },
        (streams) => () => sendInGenerator(streams, operations),
      ),
    async: () => (operations) =>
      counted(
        async (reader, writer) => {
          let done = 0;
          while ((await reader.readline()).length > 0) done++;
          writer.write(`${done}\n`);
          writer.close();
        },
        (streams) => () => sendInAsync(streams, operations),
      ),
    native: () => (operations) => countedInNative(operations, countBytesInNative),
  },
  python: ["asyncio", "uvloop", "trio"],
};

/** Counts the lines that a server gets of `linesOf` in a loop. */
function countedInLoop(
  operations: number,
  linesOf: (reader: StreamReader) => AsyncIterable<{ readonly length: number }>,
): ReturnType<typeof counted> {
  return counted(
    async (reader, writer) => {
      let done = 0;
      for await (const line of linesOf(reader)) if (line.length > 0) done++;
      writer.write(`${done}\n`);
      writer.close();
    },
    (streams) => () => sendInAsync(streams, operations),
  );
}

const linesInLoop: Case = {
  name: "lines, in a for await loop",
  operation: "one line of 50 bytes, read by a server in for await (const line of reader)",
  size: 100_000,
  contenders: {
    async: () => (operations) => countedInLoop(operations, (reader) => reader),
    native: () => (operations) => countedInNative(operations, countBytesInNative),
  },
};

const text: Case = {
  name: "lines of text, in a for await loop",
  operation: "one line of 50 bytes, read by a server in for await (const line of reader.lines())",
  size: 100_000,
  contenders: {
    async: () => (operations) => countedInLoop(operations, (reader) => reader.lines()),
    native: () => (operations) => countedInNative(operations, countTextInNative),
  },
};

const connections: Case = {
  name: "connections",
  operation: "one connection: opened, one byte to a server and back, closed",
  size: 500,
  contenders: {
    generator: () => (operations) =>
      run(async () => {
        const server = await startServer(echoInGenerator, host, 0);
        const byte = new Uint8Array(1);
        function* use() {
          let done = 0;
          for (; done < operations; done++) {
            const streams = yield* openConnection(host, server.port);
            yield* askInGenerator(streams, byte, 1);
            streams[1].close();
            yield* streams[1].waitClosed();
          }
          return done;
        }
        const outcome = await timed(() => gather([use]));
        server.close();
        await server.waitClosed();
        return outcome;
      }),
    async: () => (operations) =>
      run(async () => {
        const server = await startServer(echoInAsync, host, 0);
        const byte = new Uint8Array(1);
        async function use() {
          let done = 0;
          for (; done < operations; done++) {
            const streams = await openConnection(host, server.port);
            await askInAsync(streams, byte, 1);
            streams[1].close();
            await streams[1].waitClosed();
          }
          return done;
        }
        const outcome = await timed(() => gather([use]));
        server.close();
        await server.waitClosed();
        return outcome;
      }),
    native: () => async (operations) => {
      const { server, port } = await listening(echoInNative);
      const byte = new Uint8Array(1);
      const outcome = await timed(async () => {
        let done = 0;
        for (; done < operations; done++) {
          const socket = await connectedTo(port);
          await askInNative(socket, byte, 1);
          await closed(socket);
        }
        return [done];
      });
      server.close();
      return outcome;
    },
  },
  python: ["asyncio", "uvloop", "trio"],
};

export const topic: Topic = {
  name: "streams",
  title: "streams over TCP, client and server in one process",
  note: "Native: the events of node:net, without streams of a reader's kind; no task waits there.",
  cases: [
    echo("64 B", 64, 1, 2000),
    echo("1 KiB", 1024, 1, 2000),
    echo("64 KiB", 65_536, 1, 500),
    echo("64 B", 64, 100, 5000),
    echo("1 KiB", 1024, 100, 5000),
    echo("64 KiB", 65_536, 100, 1000),
    lines,
    linesInLoop,
    text,
    connections,
  ],
};

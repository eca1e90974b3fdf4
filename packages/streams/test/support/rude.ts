/**
 * Rude clients: connections that are opened, used and dropped in every way that a server meets, against one that
 * echoes lines, with and without TLS. They stand on Node's own sockets, but for those that are named after
 * this library.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { isCancelled } from "@asyncio-ts/future";
import { newEventLoop } from "@asyncio-ts/loop";
import {
  LimitOverrunError,
  openConnection,
  type Server,
  startServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio-ts/streams";
import { allTasks, createTask, run } from "@asyncio-ts/task";
import { awaited, collectGarbage, type Kind, type Program, RandomNumbers } from "@asyncio-ts/testkit";
import { cert, key } from "./certificate.js";

const host = "127.0.0.1";
const LIMIT = 1000;

/** The ports of a server, and what decides what a client does. */
interface Target {
  readonly plain: number;
  readonly secure: number;
  readonly numbers: RandomNumbers;
}

/** More than the buffers of two sockets take. */
const manyLines = Buffer.from(`${"x".repeat(900)}\n`.repeat(10_000));

function* echo(reader: StreamReader, writer: StreamWriter): Program<void> {
  try {
    for (;;) {
      const line = yield* awaited(reader.readline());
      if (line.length === 0) break;
      writer.write(line);
      yield* awaited(writer.drain());
    }
  } finally {
    writer.close();
  }
}

function quiet(socket: Socket): Socket {
  return socket.on("error", () => {});
}

/** Opens a connection. */
async function opened(port: number): Promise<Socket> {
  const socket = quiet(connect(port, host));
  await once(socket, "connect");
  return socket;
}

/** Reads until a line has come back. */
async function lineOf(socket: Socket): Promise<void> {
  for (let last = 0; last !== 10;) {
    const [bytes] = (await once(socket, "data")) as [Buffer];
    last = bytes.at(-1) as number;
  }
}

async function closed(socket: Socket): Promise<void> {
  // Not `once`, which an error before ends.
  if (!socket.closed) await new Promise((resolve) => socket.on("close", resolve));
}

async function destroyed(socket: Socket): Promise<void> {
  socket.destroy();
  await closed(socket);
}

/** All that a client of TLS sends first, as bytes. */
async function greeting(): Promise<Buffer> {
  const { Duplex } = await import("node:stream");
  return new Promise((resolve) => {
    const wire = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, written) {
        written();
        resolve(chunk);
        setImmediate(() => secure.destroy());
      },
    });
    const secure = quiet(connectTls({ socket: wire }));
  });
}

/** Each way to use and to leave a connection; it ends when the client's side is closed. */
const ways: Readonly<Record<string, (target: Target) => Promise<void>>> = {
  async "asks and leaves"({ plain }) {
    const socket = await opened(plain);
    socket.write("hello\n");
    await lineOf(socket);
    socket.end();
    await closed(socket);
  },
  async "says nothing"({ plain }) {
    await destroyed(await opened(plain));
  },
  async "resets at once"({ plain }) {
    const socket = await opened(plain);
    socket.resetAndDestroy();
    await closed(socket);
  },
  async "resets after an answer"({ plain }) {
    const socket = await opened(plain);
    socket.write("hello\n");
    await lineOf(socket);
    socket.write("and\n");
    socket.resetAndDestroy();
    await closed(socket);
  },
  async "closes one half, and reads the rest"({ plain }) {
    const socket = await opened(plain);
    socket.end("a\nb\nc");
    let text = "";
    for await (const bytes of socket) text += String(bytes);
    if (text !== "a\nb\nc") throw new Error(`got ${JSON.stringify(text)}`);
    await closed(socket);
  },
  async "stalls within a line"({ plain }) {
    const socket = await opened(plain);
    socket.write("a line\nhalf a ");
    await lineOf(socket);
    await destroyed(socket);
  },
  async "reads nothing until the server can't write"({ plain }) {
    const socket = await opened(plain);
    socket.pause();
    while (socket.write(manyLines));
    await destroyed(socket);
  },
  async "sends garbage without end"({ plain, numbers }) {
    const socket = await opened(plain);
    const garbage = Buffer.from(Array.from({ length: 3000 }, () => 11 + numbers.below(245)));
    socket.write(garbage);
    socket.resume();
    await closed(socket);
  },
  async "sends one byte a packet"({ plain }) {
    const socket = await opened(plain);
    socket.setNoDelay(true);
    for (const byte of "slow\n") await new Promise((resolve) => socket.write(byte, resolve));
    await lineOf(socket);
    socket.end();
    await closed(socket);
  },
  async "asks by TLS and leaves"({ secure }) {
    const socket = quiet(connectTls({ host, port: secure, ca: cert, servername: "localhost" }));
    await once(socket, "secureConnect");
    socket.write("hello\n");
    await lineOf(socket);
    socket.end();
    await closed(socket);
  },
  async "cuts the handshake of TLS"({ secure, numbers }) {
    const socket = await opened(secure);
    const hello = await greeting();
    const part = hello.subarray(0, 1 + numbers.below(hello.length));
    await new Promise((resolve) => socket.write(part, resolve));
    if (numbers.oneIn(2)) socket.resetAndDestroy();
    else socket.destroy();
    await closed(socket);
  },
  async "drops TLS as soon as it stands"({ secure }) {
    const socket = quiet(connectTls({ host, port: secure, ca: cert, servername: "localhost" }));
    await once(socket, "secureConnect");
    await destroyed(socket);
  },
  async "does not trust the server"({ secure }) {
    await closed(quiet(connectTls({ host, port: secure, servername: "localhost" })));
  },
  async "sends garbage to TLS"({ secure }) {
    const socket = await opened(secure);
    socket.write("GET / HTTP/1.1\r\n\r\n");
    socket.resume();
    await closed(socket);
  },
  async "is a client of this library, cancelled while it connects"({ plain, numbers }) {
    const task = createTask(() => openConnection(host, plain));
    for (let turns = numbers.below(4); turns > 0; turns--) await new Promise(setImmediate);
    task.cancel();
    const streams = await unlessCancelled(task);
    if (streams === undefined) return;
    streams[1].close();
    await streams[1].waitClosed();
  },
  async "is a client of this library, cancelled while it reads"({ secure, plain, numbers }) {
    const options = { tls: { ca: cert }, serverHostname: "localhost" };
    const [reader, writer] = await (numbers.oneIn(2)
      ? openConnection(host, plain)
      : openConnection(host, secure, options));
    writer.write("half a line");
    const task = createTask(() => reader.readline());
    await new Promise(setImmediate);
    task.cancel();
    await unlessCancelled(task);
    await writer[Symbol.asyncDispose]();
  },
};

async function unlessCancelled<T>(task: PromiseLike<T>): Promise<T | undefined> {
  try {
    return await task;
  } catch (error) {
    if (!isCancelled(error)) throw error;
    return undefined;
  }
}

/** The rest when all clients have gone and the servers are closed. */
export interface Left {
  /** Clients that asked politely meanwhile, and were answered. */
  readonly answered: number;
  /** Tasks, beside the one that counts. */
  readonly tasks: number;
  /** What the loop was told, without the garbage. */
  readonly reports: readonly string[];
  /** Megabytes that the heap has grown by from a quarter of the clients to the last, while the servers are open. */
  readonly grown: number;
}

/** Lets clients come in random order, some at a time, and counts what they leave behind. */
export async function beRude(kind: Kind, connections: number, seed: number): Promise<Left> {
  const numbers = new RandomNumbers(seed);
  const loop = newEventLoop();
  const reports: string[] = [];
  loop.setExceptionHandler((_loop, { message, exception }) => {
    if (!(exception instanceof LimitOverrunError) && !isReset(exception))
      reports.push(`${message}: ${exception}`);
  });
  let answered = 0;
  let tasks = -1;
  let grown = 0;
  await run(
    async () => {
      const options = { limit: LIMIT };
      const servers: Server[] = [
        await startServer(kind.body(echo), host, 0, options),
        await startServer(kind.body(echo), host, 0, { ...options, tls: { cert, key } }),
      ];
      const [plain, secure] = servers.map((server) => server.port) as [number, number];
      const target = { plain, secure, numbers };
      const names = Object.keys(ways);
      let begun = 0;
      async function client(last: number): Promise<void> {
        while (begun < last) {
          const number = begun++;
          // Each way once, and then any; every tenth client is polite.
          const isPolite = number % 10 === 9;
          const name = isPolite ? "asks and leaves" : (names[number] ?? numbers.oneOf(names));
          await ways[name]?.(target);
          if (isPolite) answered++;
        }
      }
      async function comeAndGo(last: number): Promise<number> {
        const clients = Array.from({ length: 20 }, () => createTask(() => client(last)));
        for (const each of clients) await each;
        return (await holdings()).heap;
      }
      grown = -(await comeAndGo(connections / 4)) + (await comeAndGo(connections));
      for (const server of servers) server.close();
      for (const server of servers) await server.waitClosed();
      for (let turns = 0; turns < 3; turns++) await new Promise(setImmediate);
      tasks = allTasks().size - 1;
    },
    { loopFactory: () => loop },
  );
  return { answered, tasks, reports, grown };
}

/** Tells whether the error is that of a peer that has reset the connection. */
function isReset(error: unknown): boolean {
  return ["ECONNRESET", "EPIPE"].includes((error as { code?: string } | undefined)?.code ?? "");
}

/** Returns the open handles of this process, by their kind, and the size of its heap in megabytes. */
export async function holdings(): Promise<{ handles: readonly string[]; heap: number }> {
  await collectGarbage();
  const handles = process.getActiveResourcesInfo().filter((name) => /TCP|TLS|Pipe/.test(name));
  return { handles: handles.sort(), heap: process.memoryUsage().heapUsed / 2 ** 20 };
}

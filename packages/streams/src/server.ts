/**
 * Server: listens, and runs a handler for each connection, in a task of its own.
 *
 * States, each a predicate over fields:
 *   created     `listener` undefined, not `closed`: it does not listen yet
 *   listening   `listener` is set
 *   closed      `closed`: it does not listen any more. Its connections go on; once none is left, `waitClosed()`
 *               ends
 * There is no way back.
 *
 * A connection is known from its arrival (with TLS: from the end of the handshake) until it is lost. Its task
 * is not. However the task ends, the connection is closed then, once what is buffered was sent; a handler that
 * throws is reported, too. In asyncio the garbage collector closes the connection of a handler that has
 * returned, as soon as nobody has its writer. That can't be had here: collection may come in an hour, and until
 * then the peer waits for the end. The exception is a plain function, one that has returned neither a promise
 * nor a generator: it can't wait for anything, so it has left the connection to others (`isLeft`).
 *
 * Sockets arrive in callbacks of the runtime, in no task. So the loop, and the context for the handlers, are
 * those in which serving was started.
 *
 * The end of the loop: the tasks of the handlers are cancelled, as all tasks, and the server closes, so that no
 * more are made; once they have ended, what is still open is aborted, and waited for. A handler that cleans up
 * may wait for a client that never reads, and so may `serveForever()`. Therefore both ends have a limit:
 * `CLIENTS_TIME` after their beginning, the connections that are left are aborted (`deadline`).
 *
 * With TLS, a socket has no connection before the end of the handshake, and none if the server closes before:
 * so `close()` destroys it.
 */
import type * as Net from "node:net";
import type * as Tls from "node:tls";
import { type Body, Coroutine } from "@asyncio-ts/coroutine";
import { assertBody, type BodyFor, pending, PolledCoroutine, runBody } from "@asyncio-ts/coroutine/lowlevel";
import { generatorOf, isGeneratorFunction } from "@asyncio-ts/coroutine/internal";
import { Future, isCancelled, type Steps } from "@asyncio-ts/future";
import { type contract, slot, variables } from "@asyncio-ts/future/internal";
import {
  type AsyncContext,
  captureContext,
  failureReason,
  hasFailed,
  inspectAsString,
  nameCalls,
  waitFacts,
  type WaitFacts,
  waitsOutside,
} from "@asyncio-ts/future/lowlevel";
import type { EventLoop, TimerHandle } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import type { Task } from "@asyncio-ts/task";
import { ObservedTask } from "@asyncio-ts/task/internal";
import { Connection, hostAndPort } from "./connection.js";
import { awaitClose, endWith, forget } from "./ending.js";
import { ConnectionError } from "./errors.js";
import { HIGH_WATER_MARK } from "./outflow.js";
import type { StreamReader } from "./reader.js";
import { builtin } from "./runtime.js";
import { closeKeeping, fileAt } from "./socket-file.js";
import { Waiters } from "./waiters.js";
import type { StreamWriter } from "./writer.js";

/**
 * A handler of connections: an async function or a generator function, whose connection is closed when it has
 * returned, or a plain function, which may leave the connection to others.
 */
export type Connected = (
  reader: StreamReader,
  writer: StreamWriter,
) => PromiseLike<unknown> | Steps<unknown> | unknown;

/** An address that a server listens on. */
export interface ServerSocket {
  /** The IP address, or the path of a Unix socket. */
  readonly address: string;
  /** The port; 0 for a Unix socket. */
  readonly port: number;
  /** `IPv4`, `IPv6` or `Unix`. */
  readonly family: string;
}

/** Where to listen: a part of Node's `ListenOptions`. */
export interface Target {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly backlog?: number;
}

/** The request that a server was made with. */
export interface ServerSetup {
  readonly where: "startServer" | "startUnixServer";
  readonly connected: Connected;
  readonly target: Target;
  /** The address to listen on, as text. */
  readonly text: string;
  readonly limit: number;
  /** Options of `tls.createServer()`. */
  readonly tls: object | undefined;
  readonly loop: EventLoop;
}

/**
 * The time in milliseconds that clients have, once the server is to end, to take what is buffered for them. It
 * is over before `run()` reports tasks that do not stop: a handler that only waits for its client is none.
 */
const CLIENTS_TIME = 4000;

let makeServer: (setup: ServerSetup) => Server;

/** Makes a server, which does not listen yet. */
export function serverOf(setup: ServerSetup): Server {
  return makeServer(setup);
}

/**
 * A server that `startServer()` or `startUnixServer()` has started. Python: `asyncio.Server`.
 *
 * @example
 * ```ts
 * import { openConnection, startServer } from "@asyncio-ts/streams";
 *
 * const server = await startServer(
 *   function* (reader, writer) {
 *     const line = yield* reader.readline();
 *     writer.write(line);
 *     writer.close();
 *   },
 *   "127.0.0.1",
 *   0,
 * );
 * await server.with(async () => {
 *   const [reader, writer] = await openConnection("127.0.0.1", server.port);
 *   writer.write("hello\n");
 *   for await (const line of reader.lines()) console.log(line);
 *   writer.close();
 * });
 * console.log(server.isServing());
 * // prints: hello
 * // prints: false
 * ```
 */
export class Server {
  static {
    inspectAsString(this.prototype);
    makeServer = (setup) => new Server(setup);
  }

  private readonly setup: ServerSetup;
  private readonly context: AsyncContext | undefined = captureContext();
  /** Has the context variables of the code that has started the server. */
  private readonly home: contract.Home = {};
  private readonly connections = new Set<Connection>();
  /** The sockets of connections with TLS, also during the handshake. */
  private readonly raw = new Set<Net.Socket>();
  /** Those of them whose handshake goes on. */
  private readonly handshakes = new Set<Net.Socket>();
  private readonly waiters = new Waiters("Server.waitClosed", this);
  /** Those that wait until another call has made it listen. */
  private readonly beginning = new Waiters("Server.startServing", this);
  /** Closes the server with its loop; for the loop until no connection is left. */
  private readonly closing = { cancel: (): void => this.closeInTime() };
  /** Aborts the connections, once the server is to end. */
  private deadline: TimerHandle | undefined = undefined;
  private listener: Net.Server | undefined = undefined;
  /** Its address, once it was asked for. */
  private address: ServerSocket | undefined = undefined;
  /** The file of its Unix socket. */
  private file: string | undefined = undefined;
  private closed = false;
  private forever: Future<void> | undefined = undefined;

  /** @internal */
  private constructor(setup: ServerSetup) {
    this.setup = setup;
    slot.variables?.keep(this.home, undefined);
  }

  /** The addresses that it listens on; none if it does not. Python: `sockets`. */
  get sockets(): readonly ServerSocket[] {
    if (this.listener?.listening !== true) return [];
    // Asked for once: programs ask for the port at each connection.
    return [(this.address ??= addressOf(this.listener))];
  }

  /**
   * The port that it listens on, for servers that were started with port 0.
   *
   * @throws Error if it does not listen on a port.
   */
  get port(): number {
    const port = this.sockets[0]?.port ?? 0;
    if (port === 0) throw new Error(`the port of ${this} was asked for, but it does not listen on one`);
    return port;
  }

  /** Returns the loop that the handlers run in. Python: `get_loop()`. */
  getLoop(): EventLoop {
    return this.setup.loop;
  }

  /** Returns whether it accepts connections. Python: `is_serving()`. */
  isServing(): boolean {
    return this.listener !== undefined && !this.closed;
  }

  /**
   * Starts to listen, if it does not yet. Python: `start_serving()`.
   *
   * @throws ConnectionError if it can't listen on its address; Error if it is closed.
   */
  startServing(): Coroutine<void> {
    return new Coroutine(this.listening("startServing"), "Server.startServing");
  }

  /**
   * Serves until it is cancelled: then it closes, with its connections, waits for that, and the cancellation
   * goes on. A client that has not taken what is buffered for it after 4,000 ms is cut off, or one that never
   * reads would keep the program from ending. Python: `serve_forever()`, which waits for such a client.
   *
   * @throws CancelledError if `close()` is called; Error if another task serves forever, or it is closed; also
   * what `startServing()` throws.
   */
  serveForever(): Coroutine<never> {
    return new Coroutine(this.servingForever(), "Server.serveForever");
  }

  /**
   * Stops listening. The connections that there are go on; a client whose TLS handshake is not over is cut off.
   * Python: `close()`.
   */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    const { listener, setup, forever } = this;
    for (const socket of this.handshakes) socket.destroy();
    if (listener !== undefined) {
      awaitClose(setup.loop, listener);
      const { path } = setup.target;
      if (path === undefined || this.file === undefined) listener.close();
      else closeKeeping(path, this.file, () => listener.close());
    }
    forever?.cancel(`${this} was closed`);
    this.wake();
  }

  /** Closes all connections, each once what is buffered was sent. Python: `close_clients()`. */
  closeClients(): void {
    for (const connection of this.connections) connection.close();
  }

  /** Closes all connections at once, and drops what was not sent. Python: `abort_clients()`. */
  abortClients(): void {
    for (const connection of this.connections) connection.abort();
    for (const socket of this.raw) socket.destroy();
  }

  /** Waits until it is closed, and no connection is left. Python: `wait_closed()`, from 3.12 on. */
  waitClosed(): Coroutine<void> {
    return new WaitClosed(this.waiters, () => this.closed && this.connections.size === 0);
  }

  /**
   * Runs `body` with this server; then closes it, waits for its connections, and returns the result. If the body
   * is cancelled, it closes its connections, as `serveForever()` does. Python: `async with server`, which waits
   * for the clients then, too.
   */
  with<T, Given = unknown>(body: BodyFor<Given, "Server.with()", T, [server: Server]>): Coroutine<T> {
    assertBody(body, "Server.with()");
    return new Coroutine(this.around(body as Body<T, [Server]>), "Server.with");
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return { kind: "server", at: this.setup.text };
  }

  toString(): string {
    const state = this.closed ? "closed" : this.listener === undefined ? "created" : "listening";
    const [socket] = this.sockets;
    const on =
      socket === undefined || socket.port === 0 ? this.setup.text : hostAndPort(socket.address, socket.port);
    return `<Server ${state}, ${on}, ${this.connections.size} connections>`;
  }

  // ---- listening ----

  private *listening(where: string): Steps<void> {
    const { setup } = this;
    if (this.closed) throw new Error(`${where}() was called on ${this}; start a new server`);
    if (this.listener !== undefined) {
      while (!this.listener?.listening && !this.closed) yield* this.beginning.park();
      this.assertOpen(where);
      return;
    }
    const net = builtin("node:net", setup.where);
    const listener = net.createServer({
      allowHalfOpen: setup.tls === undefined,
      noDelay: true,
      highWaterMark: HIGH_WATER_MARK,
    });
    const secured = setup.tls === undefined ? undefined : this.secured(setup.tls);
    listener.on("connection", (socket) => {
      if (secured === undefined) this.accept(socket);
      else this.secure(socket, secured);
    });
    this.listener = listener;
    partsOf(setup.loop).shutdown.toCancel.add(this.closing);
    const ending = { cancel: () => this.abortClients() };
    endWith(setup.loop, ending);
    listener.on("close", () => forget(setup.loop, ending));
    try {
      yield* new Listening(listener, setup);
    } catch (error) {
      this.listener = undefined;
      this.close();
      listener.close();
      throw error;
    } finally {
      this.beginning.wakeAll();
    }
    this.assertOpen(where);
    if (setup.target.path !== undefined) this.file = fileAt(setup.target.path);
    listener.on("error", (exception) => {
      this.setup.loop.callExceptionHandler({ message: `${this} could not accept a connection`, exception });
    });
  }

  /** Throws if it was closed while it began to listen; `serveForever()` is cancelled then. */
  private assertOpen(where: string): void {
    if (!this.closed || this.forever?.cancelled() === true) return;
    throw new Error(`${this} was closed before ${where}() had begun to listen; start a new server`);
  }

  /** Makes a server of TLS, which never listens: sockets are handed to it. */
  private secured(options: object): Tls.Server {
    const server = builtin("node:tls", this.setup.where).createServer(options);
    server.on("secureConnection", (socket) => {
      this.shookHands(socket);
      this.accept(socket);
    });
    // A client that can't or does not want to: no concern of this program.
    server.on("tlsClientError", (_error, socket) => socket.destroy());
    return server;
  }

  private secure(socket: Net.Socket, server: Tls.Server): void {
    const { raw, handshakes } = this;
    raw.add(socket);
    handshakes.add(socket);
    socket.on("close", () => {
      raw.delete(socket);
      handshakes.delete(socket);
    });
    socket.on("error", () => {});
    server.emit("connection", socket);
  }

  /**
   * Notes the end of a handshake. No public member of a secure socket tells which one it was made of; `_parent`
   * does in Node, Bun and Deno. Where it did not, no socket would count as one that shakes hands: then it ends
   * with the time for the handshake, or with the loop.
   */
  private shookHands(secure: object): void {
    const { _parent: socket } = secure as { readonly _parent?: Net.Socket };
    if (socket === undefined || !this.handshakes.delete(socket)) this.handshakes.clear();
  }

  // ---- connections ----

  private accept(socket: Net.Socket | Tls.TLSSocket): void {
    const { setup, connections, context } = this;
    if (this.closed || setup.loop.isClosed()) {
      socket.on("error", () => {});
      socket.destroy();
      return;
    }
    const { loop, limit, text } = setup;
    const { sockname } = this;
    const connection = new Connection(socket, { loop, limit, isServer: true, place: text, sockname });
    // One that is lost already tells it no more: waitClosed() would wait for it without end.
    if (!connection.lost) connections.add(connection);
    connection.whenLost = () => {
      connections.delete(connection);
      this.wake();
    };
    if (context === undefined) this.handle(connection);
    else context.runInAsyncScope(() => this.handle(connection));
  }

  /** The address of this side of all connections; undefined if each has its own. */
  private get sockname(): readonly [host: string, port: number] | undefined {
    const [socket] = this.sockets;
    if (socket === undefined || socket.port === 0 || /^[0.:]+$/.test(socket.address)) return undefined;
    return [socket.address, socket.port];
  }

  private handle(connection: Connection): void {
    const { reader, writer, peer } = connection;
    const { connected, loop } = this.setup;
    const body = isGeneratorFunction(connected)
      ? generatorOf(connected, reader, writer)
      : () => {
          const result = connected(reader, writer);
          connection.isLeft = !isWaitedFor(result);
          return result;
        };
    const { stepping } = slot;
    const held = this.home[variables];
    const step = held === undefined ? slot.variables?.outside(this.home) : slot.variables?.stepWith(held);
    slot.stepping = step ?? stepping;
    let task: ObservedTask<unknown>;
    try {
      task = new ObservedTask(body, loop, { name: `connection ${peer}` });
    } finally {
      slot.stepping = stepping;
    }
    task.observer = { taskEnded: () => this.handled(task, connection) };
  }

  private handled(task: Task<unknown>, connection: Connection): void {
    if (!task[hasFailed]()) {
      if (!connection.isLeft) connection.close();
      return;
    }
    const exception = task[failureReason]();
    if (!task.cancelled() && !isCancelled(exception)) {
      this.setup.loop.callExceptionHandler({
        message: `the handler of ${connection.describe()} threw an error, and the connection is closed`,
        exception,
        future: task,
      });
    }
    connection.close();
  }

  private wake(): void {
    if (!this.closed || this.connections.size > 0) return;
    partsOf(this.setup.loop).shutdown.toCancel.delete(this.closing);
    this.deadline?.cancel();
    this.waiters.wakeAll();
  }

  /** Closes, and aborts the connections that are left after a time. */
  private closeInTime(): void {
    this.close();
    if (this.connections.size === 0) return;
    this.deadline ??= this.setup.loop.callLater(CLIENTS_TIME, () => this.abortClients());
  }

  // ---- bodies ----

  private *servingForever(): Steps<never> {
    if (this.forever !== undefined) {
      throw new Error(`serveForever() was called on ${this}, which another task serves forever already`);
    }
    const forever = new Forever(this);
    this.forever = forever;
    try {
      yield* this.listening("serveForever");
      yield* this.serving(forever);
    } finally {
      this.forever = undefined;
    }
    throw new Error(`${this} has ended`);
  }

  private *serving(forever: Future<void>): Steps<void> {
    try {
      yield* forever;
    } catch (error) {
      this.closeInTime();
      this.closeClients();
      yield* this.waitClosed();
      throw error;
    }
  }

  private *around<T>(body: Body<T, [Server]>): Steps<T> {
    try {
      return yield* runBody(body, this as Server);
    } catch (error) {
      if (isCancelled(error)) {
        this.closeInTime();
        this.closeClients();
      }
      throw error;
    } finally {
      this.close();
      yield* this.waitClosed();
    }
  }
}

/** Returns the address of a server that listens: without that, it would be null. */
function addressOf(listener: Net.Server): ServerSocket {
  const address = listener.address() as Net.AddressInfo | string;
  return typeof address === "string" ? { address, port: 0, family: "Unix" } : address;
}

/** Tells whether a handler's result is a promise, a coroutine or a generator, which its task waits for. */
function isWaitedFor(result: unknown): boolean {
  const { then, next } = Object(result) as { readonly then?: unknown; readonly next?: unknown };
  return typeof then === "function" || typeof next === "function";
}

/** The wait for a server to listen. */
class Listening extends Future<void> {
  private readonly setup: ServerSetup;

  constructor(listener: Net.Server, setup: ServerSetup) {
    super({ loop: setup.loop });
    this.setup = setup;
    listener.on("listening", () => {
      if (!this.done()) this.finish();
      // Node goes on with one that was closed while it looked up the name of its host.
      else listener.close();
    });
    listener.on("close", () => {
      if (!this.done()) this.finish();
    });
    listener.on("error", (cause: Error & { readonly code?: string }) => {
      const message = `${setup.where}() can't listen on ${setup.text}: ${cause.message}`;
      if (!this.done()) this.fail(new ConnectionError(message, cause.code ?? "", cause));
    });
    listener.listen(setup.target);
  }

  override [waitsOutside](): boolean {
    return true;
  }

  [waitFacts](): WaitFacts {
    return { kind: "server", at: this.setup.text };
  }

  protected override describe(): string {
    return `${this.setup.where}() on ${this.setup.text}`;
  }
}

/** The wait of `serveForever()`, which only a cancellation ends. */
class Forever extends Future<void> {
  private readonly server: Server;

  constructor(server: Server) {
    super({ loop: server.getLoop() });
    this.server = server;
  }

  override [waitsOutside](): boolean {
    return true;
  }

  [waitFacts](): WaitFacts {
    return this.server[waitFacts]();
  }

  protected override describe(): string {
    return `serveForever() of ${this.server}`;
  }
}

/** A call of `waitClosed()`. */
class WaitClosed extends PolledCoroutine<void> {
  static {
    nameCalls(this.prototype, "Server.waitClosed");
  }

  private readonly waiters: Waiters;
  private readonly isClosed: () => boolean;

  constructor(waiters: Waiters, isClosed: () => boolean) {
    super();
    this.waiters = waiters;
    this.isClosed = isClosed;
  }

  protected override poll(): void | typeof pending {
    return this.isClosed() ? undefined : pending;
  }

  protected override park(): Future<void> {
    return this.waiters.park();
  }
}

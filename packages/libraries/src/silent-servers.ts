import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** PostgreSQL's AuthenticationOk and ReadyForQuery: all that a client needs to send its queries. */
const READY_FOR_QUERY = Buffer.from("R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I", "latin1");

/** Servers on this machine that never answer: one for every protocol, and one to which pg can connect. */
export class SilentServers implements AsyncDisposable {
  private readonly sockets = new Set<Socket>();
  private readonly silent = createServer((socket) => this.accept(socket));
  private readonly postgres = createServer((socket) => {
    this.accept(socket);
    socket.once("data", () => socket.write(READY_FOR_QUERY));
  });

  private constructor() {}

  /** Listens on free ports. */
  static async start(): Promise<SilentServers> {
    const servers = new SilentServers();
    for (const server of [servers.silent, servers.postgres]) {
      server.listen(0, servers.host);
      await once(server, "listening");
    }
    return servers;
  }

  readonly host = "127.0.0.1";

  /** An address at which no request is answered. */
  get url(): string {
    return `http://${this.host}:${this.port}/`;
  }

  /** The port of the server that never says anything. */
  get port(): number {
    return portOf(this.silent);
  }

  /** The port of the server that accepts a client of PostgreSQL, and answers no query. */
  get postgresPort(): number {
    return portOf(this.postgres);
  }

  /** Hangs up on everybody, and gives the ports back. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    for (const server of [this.silent, this.postgres]) {
      server.close();
      await once(server, "close");
    }
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    // A client that leaves may reset the connection.
    socket.on("error", () => {});
    socket.on("close", () => this.sockets.delete(socket));
    socket.resume();
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

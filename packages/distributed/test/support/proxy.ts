import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "@asyncio-ts/testkit/installed";

/** A proxy between a client and Redis, which cuts, stalls or delays the connections. */
export class Proxy {
  private readonly sockets: Set<Socket> = new Set();
  private server: Server;
  private readonly target: number;
  readonly port: number;
  /** Each client's connection to Redis, by the last request that went over it. */
  private readonly requests: Map<Socket, string> = new Map();
  /** Returns for how many milliseconds the next bytes are held up. */
  private delay: () => number = () => 0;

  private constructor(target: number, port: number) {
    this.target = target;
    this.port = port;
    this.server = this.listen();
  }

  static async start(target: number): Promise<Proxy> {
    const proxy = new Proxy(target, await freePort());
    await once(proxy.server, "listening");
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  cut(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  async mend(): Promise<void> {
    this.server = this.listen();
    await once(this.server, "listening");
  }

  stall(): void {
    for (const socket of this.sockets) socket.pause();
  }

  /** Stalls the connections alone whose last request has that word. */
  hold(word: string): void {
    for (const [socket, request] of this.requests) if (request.includes(word)) socket.pause();
  }

  goOn(): void {
    for (const socket of this.sockets) socket.resume();
  }

  /** Holds up all bytes, by as many milliseconds as `delay` says. */
  slow(delay: () => number): void {
    this.delay = delay;
  }

  async end(): Promise<void> {
    this.cut();
    await Promise.resolve();
  }

  private listen(): Server {
    return createServer((client) => {
      const server = connect(this.target, "127.0.0.1");
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        this.sockets.add(from);
        // Whatever comes later waits for what came before.
        let passed = Promise.resolve();
        from.on("data", (data) => {
          if (from === client) this.requests.set(server, data.toString().toLowerCase());
          const milliseconds = this.delay();
          passed = passed.then(async () => {
            if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
            if (!to.destroyed) to.write(data);
          });
        });
        from.on("close", () => to.destroy());
        from.on("error", () => {});
      }
    }).listen(this.port, "127.0.0.1");
  }
}

import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { AbstractConnector, type RedisOptions } from "ioredis";

/**
 * Connects as ioredis does, but listens for all errors of the socket. One that has TLS may fail twice, since its server
 * answers a client that does not trust it; ioredis listens once, and the second error would end the process.
 */
export class Connector extends AbstractConnector {
  private readonly options: RedisOptions;

  constructor(options: unknown) {
    super((options as RedisOptions).disconnectTimeout as number);
    this.options = options as RedisOptions;
  }

  override async connect(): Promise<Socket> {
    this.connecting = true;
    // The client listens for its own events meanwhile, and may be told to disconnect.
    await Promise.resolve();
    if (!this.connecting) throw new Error("Connection is closed.");
    const { path, host = "localhost", port = 6379, family, tls } = this.options;
    const address = path != null ? { path } : { host, port, ...(family !== undefined && { family }) };
    const socket = tls ? connectTls({ ...address, ...tls }) : connect(address);
    this.stream = socket;
    socket.on("error", (error) => {
      this.firstError ??= error;
      this.failed(error);
    });
    return socket;
  }

  protected failed(_error: Error): void {}
}

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";

/**
 * A server on this machine that is no better than those out there. How it answers is said by the first part
 * of a path:
 *
 *     /quick/…     at once
 *     /slow/…      after `delay` milliseconds
 *     /flaky/…     with an error twice, then well
 *     /broken/…    with an error
 *     /hanging/…   never
 */
export class UnreliableServer implements AsyncDisposable {
  private readonly server = createServer((request, response) => this.answer(request, response));
  private readonly requests = new Map<string, number>();
  private readonly delay: number;

  private constructor(delay: number) {
    this.delay = delay;
  }

  /** Listens on a free port. */
  static async start(delay = 200): Promise<UnreliableServer> {
    const unreliable = new UnreliableServer(delay);
    unreliable.server.listen(0, "127.0.0.1");
    await once(unreliable.server, "listening");
    return unreliable;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Returns how many sockets are open. */
  connections(): Promise<number> {
    return promisify(this.server.getConnections.bind(this.server))();
  }

  /** Hangs up on everybody, and gives the port back. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? "/";
    const count = (this.requests.get(path) ?? 0) + 1;
    this.requests.set(path, count);
    const end = (status: number): void => void response.writeHead(status).end(`${status} for ${path}\n`);
    switch (path.split("/")[1]) {
      case "quick":
        end(200);
        break;
      case "slow": {
        const timer = setTimeout(end, this.delay, 200);
        response.on("close", () => clearTimeout(timer));
        break;
      }
      case "flaky":
        end(count > 2 ? 200 : 503);
        break;
      case "broken":
        end(500);
        break;
      case "hanging":
        break;
      default:
        end(404);
    }
  }
}

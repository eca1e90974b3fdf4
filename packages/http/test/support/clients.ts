/** Clients: one that waits for the answer, and one that can leave before. */
import { once } from "node:events";
import { connect } from "node:net";

/** Gets an answer: the status and the text. */
export async function get(port: number, path: string): Promise<[status: number, text: string]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return [response.status, await response.text()];
}

/** Sends a request, and leaves when the returned function is called. */
export async function visit(port: number, path: string): Promise<() => void> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return () => socket.destroy();
}

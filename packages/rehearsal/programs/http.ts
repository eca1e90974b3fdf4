// @asyncio-ts/http alone: one request to a server of node:http, and one to a web-standard handler.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { handler } from "@asyncio-ts/http";
import { handler as webHandler } from "@asyncio-ts/http/web";

const answer = async (_request: IncomingMessage, response: ServerResponse): Promise<void> => {
  response.end("node");
};
const webAnswer = webHandler(async (_request: Request) => new Response("web"));

async function main(): Promise<string> {
  const server = createServer(handler(answer));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const first = await fetch(url, { headers: { connection: "close" } });
  const second = await webAnswer(new Request(url));
  const got = [await first.text(), await second.text()].join();
  server.close();
  return got;
}

void main().then((got) => console.log(got === "node,web" ? "ok" : got));

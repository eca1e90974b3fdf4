import * as asyncio from "asyncio-ts";

const printHttpHeaders = asyncio.coroutine(async (url: URL) => {
  const secure = url.protocol === "https:";
  const port = Number(url.port || (secure ? 443 : 80));
  const [reader, writer] = await asyncio.openConnection(url.hostname, port, { tls: secure });

  writer.write(
    `HEAD ${url.pathname || "/"} HTTP/1.0\r\n` + //
      `Host: ${url.hostname}\r\n` +
      "\r\n",
  );
  for await (const line of reader.lines()) {
    if (line !== "") console.log(`HTTP header> ${line}`);
  }

  // Ignore the body, close the socket
  writer.close();
  await writer.waitClosed();
});

export const main = asyncio.coroutine(
  async ({ url = "https://example.org/" }: { readonly url?: string } = {}) => {
    await printHttpHeaders(new URL(url));
  },
);

if (process.argv[1] === import.meta.filename)
  await asyncio.run(main({ ...(process.argv[2] && { url: process.argv[2] }) }));

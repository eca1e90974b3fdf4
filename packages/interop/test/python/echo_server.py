"""Prints its port, and echoes lines until its standard input ends. With a certificate, has TLS; with `upgrade`, on demand."""

import asyncio
import ssl
import sys


async def main():
    mode, *files = sys.argv[1:]
    context = None
    if files:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)

    async def echo(reader, writer):
        async for line in reader:
            writer.write(line)
            await writer.drain()
            if line == b"STARTTLS\n":
                await writer.start_tls(context)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=context if mode == "tls" else None)
    print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)


asyncio.run(main())

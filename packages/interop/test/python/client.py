"""Has a server echo lines over several connections, and prints how many it has got back."""

import asyncio
import ssl
import sys

CONNECTIONS = 10
LINES = 200


async def use(port, mode, context):
    reader, writer = await asyncio.open_connection(
        "127.0.0.1",
        port,
        ssl=context if mode == "tls" else None,
        server_hostname="localhost" if mode == "tls" else None,
    )
    if mode == "upgrade":
        writer.write(b"STARTTLS\n")
        assert await reader.readline() == b"STARTTLS\n"
        await writer.start_tls(context, server_hostname="localhost")
    lines = [b"%d %s\n" % (i, b"x" * (i * i % 9000)) for i in range(LINES)]
    writer.writelines(lines)
    for line in lines:
        assert await reader.readuntil() == line
    if mode == "plain":
        writer.write_eof()
        assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    return len(lines)


async def main():
    port, mode, *files = sys.argv[1:]
    context = ssl.create_default_context(cafile=files[0]) if files else None
    counts = await asyncio.gather(*(use(int(port), mode, context) for _ in range(CONNECTIONS)))
    print(sum(counts), "lines")


asyncio.run(main())

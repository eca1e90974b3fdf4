# write_eof() ends one direction; the answer still comes in the other.
import asyncio


async def handle(reader, writer):
    data = await reader.read()
    print("server: read", data.decode(), "at the end:", str(reader.at_eof()).lower())
    writer.write(data.upper())
    writer.close()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    print("client: can end:", str(writer.can_write_eof()).lower())
    writer.writelines([b"some ", b"data"])
    writer.write_eof()
    print("client: ended, closing:", str(writer.is_closing()).lower())
    print("client: read", (await reader.read()).decode())
    try:
        writer.write(b"more")
    except RuntimeError:
        print("client: may not write any more")
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


asyncio.run(main())

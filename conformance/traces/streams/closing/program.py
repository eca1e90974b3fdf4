# What was written before close() is sent; what is written then is dropped, and drain() tells.
import asyncio

ended = asyncio.Event()


async def handle(reader, writer):
    print("server: read", (await reader.read()).decode())
    writer.close()
    ended.set()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    print("client: closing:", str(writer.is_closing()).lower())
    writer.write(b"sent")
    writer.close()
    print("client: closing:", str(writer.is_closing()).lower())
    writer.write(b"dropped")
    writer.close()
    await ended.wait()
    await writer.wait_closed()
    print("client: closed", len(await reader.read()), "at the end:", str(reader.at_eof()).lower())
    await writer.wait_closed()
    writer.write(b"dropped")
    try:
        await writer.drain()
    except ConnectionError:
        print("client: the connection is lost")
    server.close()
    await server.wait_closed()


asyncio.run(main())

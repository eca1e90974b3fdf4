# abort_clients() ends connections at once, also one whose client does not read.
import asyncio

filled = asyncio.Event()


async def handle(reader, writer):
    writer.write(bytes(20_000_000))
    filled.set()
    try:
        await writer.wait_closed()
        print("server: the connection ends")
    except ConnectionError:
        print("server: the connection breaks")


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1], limit=100)
    await filled.wait()
    await asyncio.sleep(0)
    server.close()
    server.abort_clients()
    print("aborted")
    await server.wait_closed()
    await asyncio.sleep(0)
    print("closed")
    writer.transport.abort()


asyncio.run(main())

# A timeout around a read of a socket; what comes later is for the next read.
import asyncio

ask = asyncio.Event()


async def handle(reader, writer):
    writer.write(b"half ")
    await ask.wait()
    writer.write(b"whole\n")
    writer.close()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    try:
        async with asyncio.timeout(0.02):
            await reader.readline()
    except TimeoutError:
        print("no line yet")
    try:
        await asyncio.wait_for(reader.readexactly(100), 0.02)
    except TimeoutError:
        print("not so many bytes either")
    ask.set()
    async with asyncio.timeout(60):
        print((await reader.readline()).decode().strip())
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


asyncio.run(main())

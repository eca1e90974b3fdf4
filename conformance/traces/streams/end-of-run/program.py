# Handlers that still run when main ends are cancelled, and may clean up.
import asyncio


async def handle(reader, writer):
    try:
        writer.write(b"hello\n")
        await reader.read()
    except asyncio.CancelledError:
        print("server: cancelled")
        await asyncio.sleep(0)
        print("server: cleaned up")
        raise


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    print("client: got", (await reader.readline()).decode().strip())
    print("main ends")


asyncio.run(main())
print("the run is over")

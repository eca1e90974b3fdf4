# A connection that nobody accepts is an error; a port that is taken, too.
import asyncio


async def main():
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", port)
    except OSError:
        print("the port is taken")
    server.close()
    await server.wait_closed()
    try:
        await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        print("nobody listens")
    again = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", port)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    print("accepted", len(await reader.read()))
    writer.close()
    await writer.wait_closed()
    again.close()
    await again.wait_closed()


asyncio.run(main())

# A server may begin later: with start_serving(), which may be called again.
import asyncio


async def handle(reader, writer):
    writer.write(b"served")
    writer.close()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0, start_serving=False)
    print("serving:", str(server.is_serving()).lower())
    await server.start_serving()
    print("serving:", str(server.is_serving()).lower())
    await server.start_serving()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    print("client: got", (await reader.read()).decode())
    writer.close()
    await writer.wait_closed()
    async with server:
        print("inside, serving:", str(server.is_serving()).lower())
    print("serving:", str(server.is_serving()).lower())


asyncio.run(main())

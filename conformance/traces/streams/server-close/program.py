# A server that closes accepts nobody else; its connections go on, and wait_closed() waits for them.
import asyncio


async def handle(reader, writer):
    while line := await reader.readline():
        writer.write(line)
    print("server: the connection ends")
    writer.close()


async def wait_closed(server, name):
    await server.wait_closed()
    print(name, "is over")


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    early = asyncio.create_task(wait_closed(server, "the wait before close()"))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"before\n")
    print("client: got", (await reader.readline()).decode().strip())
    print("serving:", str(server.is_serving()).lower(), len(server.sockets))
    server.close()
    server.close()
    print("serving:", str(server.is_serving()).lower(), len(server.sockets))
    late = asyncio.create_task(wait_closed(server, "the wait after close()"))
    try:
        await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        print("client: refused")
    writer.write(b"after\n")
    print("client: got", (await reader.readline()).decode().strip())
    print("waits are over:", str(early.done()).lower(), str(late.done()).lower())
    writer.close()
    await early
    await late
    await server.wait_closed()
    print("the end")


asyncio.run(main())

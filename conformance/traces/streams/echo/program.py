# A client and an echo server. The handler reads the end once the client has closed.
import asyncio

ended = asyncio.Event()


async def handle(reader, writer):
    while line := await reader.readline():
        print("server: got", line.decode().strip())
        writer.write(line)
        await writer.drain()
    print("server: the client has left")
    writer.close()
    await writer.wait_closed()
    ended.set()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    for word in ("one", "two", "three"):
        print("client: sends", word)
        writer.write(word.encode() + b"\n")
        print("client: got", (await reader.readline()).decode().strip())
    writer.close()
    await ended.wait()
    server.close()
    await server.wait_closed()
    print("closed")


asyncio.run(main())

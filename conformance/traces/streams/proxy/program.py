# A proxy: a task group copies both directions, and each end is passed on.
import asyncio


async def respond(reader, writer):
    async for line in reader:
        print("server: got", line.decode().strip())
        writer.write(b"re: " + line)
    print("server: the end")
    writer.write(b"bye\n")
    writer.close()


async def copy(reader, writer):
    while data := await reader.read(1000):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


async def main():
    server = await asyncio.start_server(respond, "127.0.0.1", 0)
    server_port = server.sockets[0].getsockname()[1]

    async def forward(reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", server_port)
        async with asyncio.TaskGroup() as group:
            group.create_task(copy(reader, back))
            group.create_task(copy(there, writer))
        back.close()
        writer.close()

    proxy = await asyncio.start_server(forward, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.sockets[0].getsockname()[1])
    for word in (b"one\n", b"two\n"):
        writer.write(word)
        print("client: got", (await reader.readline()).decode().strip())
    writer.write_eof()
    print("client: got", (await reader.read()).decode().strip())
    writer.close()
    await writer.wait_closed()
    for one in (proxy, server):
        one.close()
        await one.wait_closed()


asyncio.run(main())

# drain() of a small write does not suspend; that of a large one waits until the client reads.
import asyncio

SIZE = 20_000_000
written = asyncio.Event()
state = {"drained": False}


async def other():
    print("server: another task")


async def handle(reader, writer):
    task = asyncio.create_task(other())
    writer.write(b"small")
    await writer.drain()
    print("server: a small write is drained")
    await task
    writer.write(bytes(SIZE))
    written.set()
    await writer.drain()
    state["drained"] = True
    writer.close()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    await written.wait()
    for _ in range(20):
        await asyncio.sleep(0)
    print("client: before it reads, drained:", str(state["drained"]).lower())
    print("client: got", (await reader.readexactly(5)).decode())
    print("client: got", len(await reader.readexactly(SIZE)))
    print("client: got", len(await reader.read()), "drained:", str(state["drained"]).lower())
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


asyncio.run(main())

# A handler that throws is reported, its connection is closed, and the server goes on.
import asyncio

count = 0


async def handle(reader, writer):
    global count
    count += 1
    line = await reader.readline()
    if line == b"fail\n":
        raise RuntimeError(f"of handler {count}")
    writer.write(line)
    writer.close()


def report(loop, context):
    print("reported:", context["exception"])


async def main():
    asyncio.get_running_loop().set_exception_handler(report)
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    for word in ("fine", "fail", "fine again", "fail"):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        writer.write(word.encode() + b"\n")
        print("client: got", (await reader.read()).decode().strip() or "nothing")
        writer.close()
        await writer.wait_closed()
    server.close()
    await server.wait_closed()


asyncio.run(main())

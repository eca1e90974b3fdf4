# serve_forever() ends only when it is cancelled; then the server closes, with its connections.
import asyncio

ended = asyncio.Event()


async def handle(reader, writer):
    writer.write(b"hello\n")
    print("server: read", len(await reader.read()))
    writer.close()
    ended.set()


async def serve(server):
    try:
        await server.serve_forever()
    except asyncio.CancelledError:
        print("cancelled, serving:", str(server.is_serving()).lower())
        raise


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    task = asyncio.create_task(serve(server))
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    print("client: got", (await reader.readline()).decode().strip())
    try:
        await server.serve_forever()
    except RuntimeError:
        print("only one may serve forever")
    writer.close()
    await ended.wait()
    task.cancel()
    await asyncio.wait([task])
    print("task cancelled:", str(task.cancelled()).lower())
    try:
        await server.serve_forever()
    except RuntimeError:
        print("a closed server can't serve")


asyncio.run(main())

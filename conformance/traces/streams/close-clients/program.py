# close_clients() closes the connections of a server, and their handlers read the end.
import asyncio

byes = []


async def handle(reader, writer):
    name = (await reader.readline()).decode().strip()
    print("server: hello", name)
    writer.write(b"hello\n")
    rest = await reader.read()
    byes.append(f"bye {name} {len(rest)} closing: {str(writer.is_closing()).lower()}")


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    clients = []
    for name in (b"anna\n", b"otto\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(name)
        await reader.readline()
        clients.append((reader, writer))
    server.close()
    server.close_clients()
    await server.wait_closed()
    print("server: closed")
    for bye in sorted(byes):
        print(bye)
    for reader, writer in clients:
        print("client: read", len(await reader.read()))
        writer.close()
        await writer.wait_closed()


asyncio.run(main())

# Frames of bytes: a length, and then so many bytes; the last one is cut short.
import asyncio


async def handle(reader, writer):
    for frame in (b"hello", b"", b"x" * 70_000):
        writer.write(len(frame).to_bytes(4, "big"))
        writer.write(frame)
        await writer.drain()
    writer.write((10).to_bytes(4, "big") + b"only")
    writer.close()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1], limit=100)
    for _ in range(4):
        length = int.from_bytes(await reader.readexactly(4), "big")
        try:
            frame = await reader.readexactly(length)
        except asyncio.IncompleteReadError as error:
            print("cut short:", error.partial.decode(), error.expected)
        else:
            print("frame of", len(frame), frame[:5].decode())
    try:
        await reader.readexactly(4)
    except asyncio.IncompleteReadError as error:
        print("no more:", len(error.partial), error.expected)
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


asyncio.run(main())

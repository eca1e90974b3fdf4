# A Unix socket: its file is there while the server listens.
import asyncio
import os


async def handle(reader, writer):
    async for line in reader:
        writer.write(line.upper())
    writer.close()


async def main():
    path = f"/tmp/asyncio-trace-{os.getpid()}.sock"
    server = await asyncio.start_unix_server(handle, path)
    print("there:", str(os.path.exists(path)).lower())
    reader, writer = await asyncio.open_unix_connection(path)
    print("peer:", str(writer.get_extra_info("peername") == path).lower())
    writer.write(b"one\ntwo")
    writer.write_eof()
    print((await reader.readline()).decode().strip(), (await reader.read()).decode())
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    print("there:", str(os.path.exists(path)).lower())
    try:
        await asyncio.open_unix_connection(path)
    except OSError:
        print("refused")


asyncio.run(main())

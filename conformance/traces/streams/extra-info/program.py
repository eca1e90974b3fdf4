# Both sides know both addresses, also when the connection is closed.
import asyncio

names = {}


async def handle(reader, writer):
    names["peer"] = writer.get_extra_info("peername")
    names["own"] = writer.get_extra_info("sockname")
    writer.close()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    peer, own = writer.get_extra_info("peername"), writer.get_extra_info("sockname")
    print(peer[0], own[0], len(peer), len(own))
    print("the port of the server:", str(peer[1] == port).lower())
    await reader.read()
    writer.close()
    await writer.wait_closed()
    print("the server sees us:", str(tuple(names["peer"]) == tuple(own)).lower())
    print("we see the server:", str(tuple(names["own"]) == tuple(peer)).lower())
    print("closed:", writer.get_extra_info("peername")[0])
    print(writer.get_extra_info("unknown", "otherwise"), writer.get_extra_info("cipher", "no cipher"))
    server.close()
    await server.wait_closed()


asyncio.run(main())

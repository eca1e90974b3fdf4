# Many clients at once: each gets its own answer.
import asyncio

most = {"now": 0, "most": 0}
all_here = asyncio.Event()


async def handle(reader, writer):
    most["now"] += 1
    most["most"] = max(most["most"], most["now"])
    if most["now"] == 50:
        all_here.set()
    number = int(await reader.readline())
    await all_here.wait()
    writer.write(str(number * number).encode())
    most["now"] -= 1
    writer.close()


async def client(port, number):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(str(number).encode() + b"\n")
    answer = int(await reader.read())
    writer.close()
    await writer.wait_closed()
    return answer


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    answers = await asyncio.gather(*[client(port, number) for number in range(50)])
    print(*answers)
    print("at once:", most["most"])
    server.close()
    await server.wait_closed()


asyncio.run(main())

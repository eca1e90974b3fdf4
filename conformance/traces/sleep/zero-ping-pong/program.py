# sleep(0) gives way for exactly one iteration.
import asyncio


async def player(name, rounds):
    for turn in range(rounds):
        print(name, turn)
        await asyncio.sleep(0)
    print(name, "is out")


async def main():
    ping = asyncio.create_task(player("ping", 4))
    pong = asyncio.create_task(player("pong", 3))
    for turn in range(3):
        print("main", turn)
        await asyncio.sleep(0)
    print("ping done:", str(ping.done()).lower(), "pong done:", str(pong.done()).lower())
    await pong
    print("pong joined")
    await ping
    print("ping joined")


asyncio.run(main())

# Awaiting a finished task does not suspend, so no tick comes between.
import asyncio


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def quick(value):
    return value


async def failing():
    raise ValueError("failed")


async def main():
    good = asyncio.create_task(quick("good"))
    bad = asyncio.create_task(failing())
    ticks = asyncio.create_task(ticker(4))
    await asyncio.sleep(0)
    print("good done:", str(good.done()).lower(), "bad done:", str(bad.done()).lower())
    for _ in range(3):
        print("await good", await good)
    for _ in range(2):
        try:
            await bad
        except ValueError as error:
            print("await bad", error)
    print("no tick came between")
    await ticks
    print("main ends")


asyncio.run(main())

# A value handed on through three futures takes three turns.
import asyncio


async def relay(name, source, target):
    value = await source
    print(name, "passes", value)
    target.set_result(value + 1)
    await asyncio.sleep(0)
    print(name, "ends")


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def main():
    loop = asyncio.get_running_loop()
    futures = [loop.create_future() for _ in range(4)]
    tasks = [asyncio.create_task(relay("relay %d" % i, futures[i], futures[i + 1])) for i in (2, 0, 1)]
    await asyncio.sleep(0)
    ticks = asyncio.create_task(ticker(6))
    futures[0].set_result(0)
    print("main waits for the last")
    print("main got", await futures[3])
    for task in tasks:
        await task
    await ticks


asyncio.run(main())

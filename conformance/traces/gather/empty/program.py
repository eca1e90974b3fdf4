# A gather of nothing is a future that finishes with an empty list.
import asyncio


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def main():
    ticks = asyncio.create_task(ticker(3))
    results = await asyncio.gather()
    print("nothing gathered:", len(results))
    results = await asyncio.gather(return_exceptions=True)
    print("nothing gathered again:", len(results))
    await ticks


asyncio.run(main())

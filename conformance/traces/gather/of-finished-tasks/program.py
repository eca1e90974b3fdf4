# A gather of finished things does not suspend.
import asyncio


async def quick(name):
    return name


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def main():
    future = asyncio.get_running_loop().create_future()
    future.set_result("future")
    task = asyncio.create_task(quick("task"))
    await asyncio.sleep(0)
    ticks = asyncio.create_task(ticker(4))
    print("finished", *await asyncio.gather(future, task))
    print("and again", *await asyncio.gather(task, future, task))
    print("no tick before this line")
    print("with one fresh", *await asyncio.gather(task, quick("fresh")))
    await ticks


asyncio.run(main())

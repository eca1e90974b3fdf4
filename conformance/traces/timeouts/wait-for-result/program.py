# wait_for in time: results, errors, and finished things at once.
import asyncio


async def worker(name):
    print(name, "runs in", asyncio.current_task().get_name())
    await asyncio.sleep(0)
    if name == "bad":
        raise ValueError("went bad")
    return name


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def script():
    ticks = asyncio.create_task(ticker(4))
    print("got", await asyncio.wait_for(worker("good"), 5))
    try:
        await asyncio.wait_for(worker("bad"), 5)
    except ValueError as error:
        print("error", error)
    task = asyncio.create_task(worker("task"), name="its own task")
    print("got", await asyncio.wait_for(task, None))
    await ticks
    print("finished:", await asyncio.wait_for(task, 5), await asyncio.wait_for(task, 0))


async def main():
    await asyncio.create_task(script(), name="the caller")


asyncio.run(main())

# Each step knows its own task, whatever ran in between.
import asyncio


def whoami():
    return asyncio.current_task().get_name()


async def helper():
    before = whoami()
    await asyncio.sleep(0)
    print("helper runs in", before, "and still in", whoami())


async def worker(rounds):
    for step in range(rounds):
        print(whoami(), "step", step)
        await helper()
    await asyncio.create_task(child(), name=whoami() + ".child")
    print(whoami(), "ends")


async def child():
    print(whoami(), "runs")
    await asyncio.sleep(0)
    print(whoami(), "ends")


async def script():
    red = asyncio.create_task(worker(1), name="red")
    blue = asyncio.create_task(worker(2), name="blue")
    print(whoami(), "created", red.get_name(), blue.get_name())
    await blue
    print(whoami(), "joined blue")
    await red
    print(whoami(), "joined red")


async def main():
    await asyncio.create_task(script(), name="main")


asyncio.run(main())

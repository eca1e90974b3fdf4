# An eager task that never suspends is done when create_task returns. Only a generator coroutine can be.
import asyncio


def eager(coro):
    return asyncio.Task(coro, loop=asyncio.get_running_loop(), eager_start=True)


async def quick(name):
    print(name, "runs")
    return name


async def failing():
    print("failing runs")
    raise ValueError("failed at once")


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def main():
    ticks = asyncio.create_task(ticker(4))
    good = eager(quick("good"))
    print("good done:", str(good.done()).lower(), "result", good.result())
    bad = eager(failing())
    print("bad done:", str(bad.done()).lower(), "error", bad.exception())
    good.add_done_callback(lambda task: print("callback of good"))
    print("joined", await good)
    print("gathered", *await asyncio.gather(good, eager(quick("better"))))
    print("no tick before this line")
    await asyncio.sleep(0)
    print("main after one iteration")
    await ticks


asyncio.run(main())

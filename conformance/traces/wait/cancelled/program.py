# A task that is cancelled in wait leaves the awaited tasks alone.
import asyncio


async def worker(name):
    await asyncio.sleep(0.1)
    print(name, "ends")
    return name


async def waiter(tasks):
    try:
        await asyncio.wait(tasks)
    except asyncio.CancelledError:
        print("waiter is cancelled")
        raise


async def main():
    tasks = [asyncio.create_task(worker("only"))]
    waiting = asyncio.create_task(waiter(tasks))
    await asyncio.sleep(0.02)
    waiting.cancel()
    await asyncio.sleep(0)
    print("waiter cancelled:", str(waiting.cancelled()).lower(), "task cancelling", tasks[0].cancelling())
    print("got", await tasks[0])


asyncio.run(main())

# When its time is over the iteration raises; the tasks go on.
import asyncio


async def worker(name, delay):
    await asyncio.sleep(delay)
    print(name, "ends")
    return name


async def main():
    quick = asyncio.create_task(worker("quick", 0.01))
    slow = asyncio.create_task(worker("slow", 0.05))
    try:
        async for task in asyncio.as_completed([slow, quick], timeout=0.03):
            print("got", await task)
    except TimeoutError:
        print("timed out, slow cancelling", slow.cancelling())
    print("slow gave", await slow)


asyncio.run(main())

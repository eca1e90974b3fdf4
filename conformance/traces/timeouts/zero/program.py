# timeout(0) lets a body pass that never suspends, and stops the others at their first wait.
import asyncio


async def compute():
    print("compute runs")
    return 7


async def main():
    async with asyncio.timeout(0) as limit:
        print("computed", await compute())
    print("expired:", str(limit.expired()).lower())
    try:
        async with asyncio.timeout(0) as limit:
            print("body runs up to its first wait")
            await asyncio.sleep(5)
            print("never printed")
    except TimeoutError:
        print("timed out")
    try:
        async with asyncio.timeout(-1) as limit:
            print("a negative timeout too")
            await asyncio.get_running_loop().create_future()
    except TimeoutError:
        print("timed out, expired:", str(limit.expired()).lower())


asyncio.run(main())

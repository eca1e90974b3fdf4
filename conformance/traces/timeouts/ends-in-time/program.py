# A body that ends in time is left alone, also after the deadline; an error passes through.
import asyncio


async def main():
    async with asyncio.timeout(0.03) as limit:
        await asyncio.sleep(0.01)
        print("body ends in time")
    print("expired:", str(limit.expired()).lower())
    await asyncio.sleep(0.05)
    print("the deadline has passed, expired:", str(limit.expired()).lower())
    try:
        async with asyncio.timeout(0.03):
            await asyncio.sleep(0)
            raise ValueError("body failed")
    except ValueError as error:
        print("error", error)
    async with asyncio.timeout(None) as never:
        await asyncio.sleep(0.01)
        print("no limit, when is none:", str(never.when() is None).lower())
    print("main ends")


asyncio.run(main())

# An expired timeout cancels the body and becomes a TimeoutError.
import asyncio


async def work(name):
    try:
        print(name, "starts")
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "is cancelled, cancelling", asyncio.current_task().cancelling())
        raise


async def main():
    try:
        async with asyncio.timeout(0.02) as limit:
            print("expired:", str(limit.expired()).lower())
            await work("work")
            print("never printed")
    except TimeoutError:
        print("timed out, cancelling", asyncio.current_task().cancelling())
    print("expired:", str(limit.expired()).lower())
    await asyncio.sleep(0.01)
    print("main goes on")


asyncio.run(main())

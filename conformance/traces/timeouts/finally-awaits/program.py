# A clean-up that awaits delays the TimeoutError; it is not interrupted again.
import asyncio


async def resource(name):
    print(name, "opens")
    try:
        await asyncio.sleep(10)
    finally:
        print(name, "closes")
        await asyncio.sleep(0.09)
        print(name, "is closed")


async def watcher():
    await asyncio.sleep(0.06)
    print("watcher at 60")
    await asyncio.sleep(0.09)
    print("watcher at 150")


async def main():
    watching = asyncio.create_task(watcher())
    try:
        async with asyncio.timeout(0.03):
            await resource("file")
    except TimeoutError:
        print("timed out after the clean-up")
    await watching


asyncio.run(main())

# A task that waits for its turn is cancelled at the sleep(0) where it stands.
import asyncio


async def worker(name):
    try:
        for step in range(5):
            print(name, "step", step)
            await asyncio.sleep(0)
    except asyncio.CancelledError:
        print(name, "is cancelled")
        raise


async def killer(victim):
    await asyncio.sleep(0)
    print("killer strikes")
    victim.cancel()
    print("killer is done")


async def main():
    before = asyncio.create_task(worker("before"))
    killing = asyncio.create_task(killer(before))
    after = asyncio.create_task(worker("after"))
    await killing
    print("main cancels after")
    after.cancel()
    await asyncio.sleep(0)
    print("before:", str(before.cancelled()).lower(), "after:", str(after.cancelled()).lower())


asyncio.run(main())

# A child that is cancelled, or cancels itself, is no error: the others go on.
import asyncio


async def worker(name, delay):
    try:
        await asyncio.sleep(delay)
        print(name, "ends")
        return name
    except asyncio.CancelledError:
        print(name, "is cancelled")
        raise


async def quitter():
    await asyncio.sleep(0.1)
    print("quitter quits")
    raise asyncio.CancelledError


async def main():
    async with asyncio.TaskGroup() as group:
        victim = group.create_task(worker("victim", 10))
        survivor = group.create_task(worker("survivor", 0.2))
        leaver = group.create_task(quitter())
        await asyncio.sleep(0.02)
        print("body cancels the victim")
        victim.cancel()
    print("victim", str(victim.cancelled()).lower(), "leaver", str(leaver.cancelled()).lower())
    print("survivor gave", survivor.result())


asyncio.run(main())

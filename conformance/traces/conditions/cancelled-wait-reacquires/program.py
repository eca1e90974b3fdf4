# A wait that is cancelled takes the lock again before it ends.
import asyncio


async def waiter(condition):
    async with condition:
        try:
            print("waiter waits")
            await condition.wait()
        except asyncio.CancelledError:
            print("waiter is cancelled and has the lock:", str(condition.locked()).lower())
            raise
    print("never printed")


async def holder(condition):
    async with condition:
        print("holder has the lock")
        await asyncio.sleep(0.05)
        print("holder releases")


async def main():
    condition = asyncio.Condition()
    waiting = asyncio.create_task(waiter(condition))
    holding = asyncio.create_task(holder(condition))
    await asyncio.sleep(0.01)
    print("main cancels the waiter")
    waiting.cancel()
    await asyncio.sleep(0)
    print("waiter done:", str(waiting.done()).lower())
    try:
        await waiting
    except asyncio.CancelledError:
        print("waiter cancelled:", str(waiting.cancelled()).lower())
    await holding
    print("locked:", str(condition.locked()).lower())


asyncio.run(main())

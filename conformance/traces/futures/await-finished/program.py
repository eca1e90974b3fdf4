# Awaiting a finished future does not suspend; a pending one does, even if it is set at once.
import asyncio


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def main():
    loop = asyncio.get_running_loop()
    ticks = asyncio.create_task(ticker(5))
    done = loop.create_future()
    done.set_result("done")
    print("first", await done)
    print("again", await done)
    failed = loop.create_future()
    failed.set_exception(ValueError("failed"))
    try:
        await failed
    except ValueError as error:
        print("error", error)
    print("nothing has ticked")
    pending = loop.create_future()
    loop.call_soon(pending.set_result, "set by a callback")
    print("pending", await pending)
    print("main ran after the waking")
    await ticks


asyncio.run(main())

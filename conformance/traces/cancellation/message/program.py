# The message of cancel() arrives in the task and at its joiner.
import asyncio


async def worker(name):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError as error:
        print(name, "is told:", error)
        raise


async def nested(name):
    try:
        await asyncio.create_task(worker(name + ".inner"))
    except asyncio.CancelledError as error:
        print(name, "is told:", error)
        raise


async def main():
    flat = asyncio.create_task(worker("flat"))
    deep = asyncio.create_task(nested("deep"))
    await asyncio.sleep(0.01)
    flat.cancel("too late")
    deep.cancel("too deep")
    print("main has cancelled both")
    for task in (deep, flat):
        try:
            await task
        except asyncio.CancelledError as error:
            print("main is told:", error)


asyncio.run(main())

# A child fails when the body has ended already.
import asyncio


async def worker(name):
    try:
        await asyncio.sleep(10)
    finally:
        print(name, "cleans up")
        await asyncio.sleep(0.01)
        print(name, "is clean")


async def failing():
    await asyncio.sleep(0.01)
    raise ValueError("failed")


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            sibling = group.create_task(worker("sibling"))
            bad = group.create_task(failing())
            bad.add_done_callback(lambda task: print("bad is done"))
            print("body ends")
    except ExceptionGroup as errors:
        print("caught", len(errors.exceptions), errors.exceptions[0])
    print("sibling cancelled:", str(sibling.cancelled()).lower(), "bad:", str(bad.cancelled()).lower())


asyncio.run(main())

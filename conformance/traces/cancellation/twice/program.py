# Two requests: one interrupts the wait, a later one interrupts the clean-up.
import asyncio


async def worker(name):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "first, cancelling", asyncio.current_task().cancelling())
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            print(name, "second, cancelling", asyncio.current_task().cancelling())
            raise
    finally:
        print(name, "ends")


async def main():
    both = asyncio.create_task(worker("both"))
    apart = asyncio.create_task(worker("apart"))
    await asyncio.sleep(0.01)
    print("at once", str(both.cancel()).lower(), str(both.cancel()).lower())
    print("one", str(apart.cancel()).lower())
    await asyncio.sleep(0.01)
    print("both done:", str(both.done()).lower(), "apart done:", str(apart.done()).lower())
    apart.cancel()
    both.cancel()
    print("apart cancelling", apart.cancelling())
    for task in (apart, both):
        try:
            await task
        except asyncio.CancelledError:
            print("joined, cancelling", task.cancelling())


asyncio.run(main())

# cancel() only asks: the task learns of it at its next step.
import asyncio


async def worker(name):
    print(name, "starts")
    try:
        await asyncio.sleep(10)
        print("never printed")
    except asyncio.CancelledError:
        print(name, "is cancelled")
        raise
    finally:
        print(name, "cleans up")


async def main():
    first = asyncio.create_task(worker("first"))
    second = asyncio.create_task(worker("second"))
    await asyncio.sleep(0.01)
    print("main cancels second, then first")
    second.cancel()
    first.cancel()
    print("both asked, first done:", str(first.done()).lower())
    try:
        await first
    except asyncio.CancelledError:
        print("first joined, cancelled:", str(first.cancelled()).lower())
    print("second done:", str(second.done()).lower(), "cancelled:", str(second.cancelled()).lower())


asyncio.run(main())

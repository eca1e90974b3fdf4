# Cancelling a future cancels those who await it, and calls its callbacks.
import asyncio


async def waiter(name, future):
    try:
        await future
    except asyncio.CancelledError:
        print(name, "sees the cancellation")
        if name == "tolerant":
            return
        raise


async def main():
    future = asyncio.get_running_loop().create_future()
    tolerant = asyncio.create_task(waiter("tolerant", future))
    future.add_done_callback(lambda done: print("callback, cancelled:", str(done.cancelled()).lower()))
    strict = asyncio.create_task(waiter("strict", future))
    await asyncio.sleep(0)
    print("cancel", str(future.cancel()).lower())
    print("cancel again", str(future.cancel()).lower())
    print("done:", str(future.done()).lower(), "cancelled:", str(future.cancelled()).lower())
    await tolerant
    print("tolerant cancelled:", str(tolerant.cancelled()).lower())
    try:
        await strict
    except asyncio.CancelledError:
        print("strict cancelled:", str(strict.cancelled()).lower())
    try:
        future.set_result(1)
    except asyncio.InvalidStateError:
        print("a cancelled future takes no result")
    print("main cancelling", asyncio.current_task().cancelling())


asyncio.run(main())

# An error or a return in the handler takes the place of the cancellation.
import asyncio


async def worker(name, ending):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "handles")
        if ending == "error":
            raise ValueError(name + " failed in its clean-up")
        if ending == "return":
            return name + " returned"
        raise


async def main():
    tasks = [asyncio.create_task(worker(ending + "er", ending)) for ending in ("error", "return", "rais")]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    print("all asked")
    for task in tasks:
        try:
            print("value:", await task)
        except ValueError as error:
            print("error:", error)
        except asyncio.CancelledError:
            print("cancelled")
        print("cancelled:", str(task.cancelled()).lower(), "cancelling", task.cancelling())


asyncio.run(main())

# Several tasks await one task: they wake in the order in which they began to wait.
import asyncio


async def source():
    print("source starts")
    await asyncio.sleep(0.01)
    print("source ends")
    return "value"


async def waiter(name, task):
    print(name, "waits")
    value = await task
    print(name, "got", value)
    return name + "(" + value + ")"


async def main():
    root = asyncio.create_task(source())
    first = asyncio.create_task(waiter("first", root))
    second = asyncio.create_task(waiter("second", root))
    chained = asyncio.create_task(waiter("chained", first))
    last = asyncio.create_task(waiter("last", chained))
    print("main waits for last")
    print("main got", await last)
    print("second is done:", str(second.done()).lower())
    print("main got", await second)


asyncio.run(main())

# A failing task gives its error to each waiter, in their order.
import asyncio


async def failing():
    print("failing starts")
    await asyncio.sleep(0)
    print("failing raises")
    raise ValueError("broken")


async def waiter(name, task):
    try:
        await task
    except ValueError as error:
        print(name, "caught", error)
        await asyncio.sleep(0)
        print(name, "recovered")


async def main():
    bad = asyncio.create_task(failing())
    one = asyncio.create_task(waiter("one", bad))
    two = asyncio.create_task(waiter("two", bad))
    try:
        await bad
    except ValueError as error:
        print("main caught", error)
    print("exception", bad.exception(), "cancelled", str(bad.cancelled()).lower())
    await one
    print("main joined one")
    await two
    print("main joined two")


asyncio.run(main())

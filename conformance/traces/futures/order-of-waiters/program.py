# set_result wakes nobody at once; waiters run in the order of their waiting.
import asyncio


async def waiter(name, future):
    print(name, "waits")
    print(name, "got", await future)


async def setter(future):
    print("setter sets")
    future.set_result(42)
    print("setter goes on, done:", str(future.done()).lower())
    print("setter reads it at once", await future)
    await asyncio.sleep(0)
    print("setter after one iteration")


async def main():
    future = asyncio.get_running_loop().create_future()
    tasks = [asyncio.create_task(waiter(name, future)) for name in ("one", "two")]
    tasks.append(asyncio.create_task(setter(future)))
    tasks.append(asyncio.create_task(waiter("late", future)))
    print("main waits")
    print("main got", await future)
    for task in tasks:
        await task
    print("main ends")


asyncio.run(main())

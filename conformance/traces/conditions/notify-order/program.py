# notify() wakes in order; each woken waiter goes on when it has the lock again.
import asyncio


async def consumer(condition, name):
    async with condition:
        print(name, "waits")
        await condition.wait()
        print(name, "is woken, locked:", str(condition.locked()).lower())
        await asyncio.sleep(0)
        print(name, "leaves")


async def main():
    condition = asyncio.Condition()
    tasks = [asyncio.create_task(consumer(condition, name)) for name in ("a", "b", "c")]
    await asyncio.sleep(0)
    async with condition:
        print("main notifies one")
        condition.notify()
        await asyncio.sleep(0)
        print("main still has the lock")
    await tasks[0]
    print("a is through, b done:", str(tasks[1].done()).lower())
    async with condition:
        print("main notifies two")
        condition.notify(2)
    for task in tasks:
        await task
    print("main ends")


asyncio.run(main())

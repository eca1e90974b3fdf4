# Tasks start in the order of their creation, and only once the creator suspends.
import asyncio


async def worker(name):
    print(name, "starts")
    await asyncio.sleep(0)
    print(name, "continues")
    return name


async def main():
    print("main creates")
    tasks = [asyncio.create_task(worker(name)) for name in ("a", "b", "c")]
    print("main has created")
    await asyncio.sleep(0)
    print("main after one iteration")
    for task in tasks:
        print("result", await task)
    print("main ends")


asyncio.run(main())

# What a callback schedules runs in the next iteration, never in the same.
import asyncio


async def main():
    loop = asyncio.get_running_loop()

    def chain(name, left):
        print(name, left)
        if left > 0:
            loop.call_soon(chain, name, left - 1)

    loop.call_soon(chain, "a", 3)
    loop.call_soon(chain, "b", 1)
    for turn in range(3):
        print("main", turn)
        await asyncio.sleep(0)
    loop.call_soon(chain, "c", 1)
    print("main waits for a timer")
    await asyncio.sleep(0.01)
    print("main ends")


asyncio.run(main())

import asyncio
import time


def compute():
    end = time.perf_counter() + 0.2
    while time.perf_counter() < end:
        pass


async def wait(n):
    await asyncio.sleep(0.2)
    print(f"wait {n} done")


async def computation(n):
    compute()  # nothing else runs meanwhile
    print(f"computation {n} done")


async def main():
    await asyncio.gather(*(wait(n) for n in (1, 2, 3)))
    await asyncio.gather(*(computation(n) for n in (1, 2, 3)))


asyncio.run(main())

# Retry with a timeout for each attempt and a growing pause.
import asyncio


async def attempt(number):
    print("attempt", number)
    try:
        if number == 0:
            await asyncio.sleep(10)
        if number == 1:
            await asyncio.sleep(0)
            raise ConnectionError("refused")
        await asyncio.sleep(0.02)
        return "answer"
    finally:
        print("attempt", number, "is closed")


async def retry(limit, attempts):
    for number in range(attempts):
        try:
            async with asyncio.timeout(limit):
                return await attempt(number)
        except TimeoutError:
            print("timed out")
        except ConnectionError as error:
            print("failed:", error)
        await asyncio.sleep(0.06 * (number + 1))
    return "nothing"


async def heartbeat():
    beat = 0
    while True:
        await asyncio.sleep(0.11)
        print("beat", beat)
        beat += 1


async def main():
    beating = asyncio.create_task(heartbeat())
    print("result", await retry(0.08, 3))
    beating.cancel()
    await asyncio.sleep(0)
    print("beating cancelled:", str(beating.cancelled()).lower())


asyncio.run(main())

# reschedule() moves the deadline, later and earlier.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(0.04) as later:
        loop.call_later(0.08, print, "the first deadline is past")
        later.reschedule(loop.time() + 0.2)
        await asyncio.sleep(0.12)
        print("the body still runs")
    print("later expired:", str(later.expired()).lower())
    try:
        async with asyncio.timeout(10) as sooner:
            await asyncio.sleep(0)
            sooner.reschedule(loop.time() + 0.02)
            print("rescheduled to sooner")
            await asyncio.sleep(5)
    except TimeoutError:
        print("sooner expired:", str(sooner.expired()).lower())
    try:
        async with asyncio.timeout(None) as limit:
            limit.reschedule(loop.time() - 1)
            print("rescheduled to the past")
            await asyncio.sleep(0)
            await asyncio.sleep(5)
    except TimeoutError:
        print("limit expired:", str(limit.expired()).lower())


asyncio.run(main())

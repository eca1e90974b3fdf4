# A sleep begins when it is awaited, not when it is made; a task's, at its first step.
import asyncio


async def note(text):
    print(text)


async def main():
    late = asyncio.sleep(0.09, "late")
    early = asyncio.create_task(asyncio.sleep(0.03, "early"))
    early.add_done_callback(lambda task: print("early is done"))
    print("made both")
    print("awaited", await asyncio.sleep(0.06, "in between"))
    timer = asyncio.create_task(asyncio.sleep(0.06, "timer"))
    timer.add_done_callback(lambda task: print("timer is done, late still sleeps"))
    print("awaits late")
    print("awaited", await late)
    print("awaited", await early, await timer)
    await note("end")


asyncio.run(main())

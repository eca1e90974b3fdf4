# A wait with a time limit, and then the end of the process.
import asyncio
from asyncio.subprocess import PIPE, create_subprocess_exec


async def main():
    process = await create_subprocess_exec("sleep", "1000")
    try:
        await asyncio.wait_for(process.wait(), 0.05)
    except TimeoutError:
        print("too slow, running:", str(process.returncode is None).lower())
        process.kill()
    print("exit code", await process.wait())
    process = await create_subprocess_exec("sleep", "1000", stdout=PIPE)
    try:
        async with asyncio.timeout(0.05):
            await process.communicate()
    except TimeoutError:
        print("too slow, running:", str(process.returncode is None).lower())
        process.terminate()
    print("exit code", await process.wait(), len(await process.stdout.read()))


asyncio.run(main())

# A wait that is cancelled leaves the process alone, and those who wait besides.
import asyncio
from asyncio.subprocess import PIPE, create_subprocess_exec


async def wait(name, process):
    try:
        print(name, "exit code", await process.wait())
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise


async def main():
    process = await create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
    tasks = [asyncio.create_task(wait(name, process)) for name in ("first", "second", "third")]
    await asyncio.sleep(0)
    print("cancel", str(tasks[1].cancel()).lower())
    await asyncio.wait([tasks[1]])
    print("running:", str(process.returncode is None).lower())
    stdout, _ = await process.communicate(b"still there")
    print(stdout.decode())
    await asyncio.gather(tasks[0], tasks[2])


asyncio.run(main())

# The exit code is the program's, also for those who ask later.
import asyncio
from asyncio.subprocess import create_subprocess_shell


async def main():
    for code in (0, 1, 7, 255):
        process = await create_subprocess_shell(f"exit {code}")
        print("exit code", await process.wait(), await process.wait(), process.returncode)
    process = await create_subprocess_shell("kill -9 $$")
    print("exit code", await process.wait())


asyncio.run(main())

# A command is read by a shell, whose exit code counts.
import asyncio
from asyncio.subprocess import PIPE, create_subprocess_shell


async def main():
    process = await create_subprocess_shell("printf '%s ' one two | tr a-z A-Z; exit 7", stdout=PIPE)
    stdout, _ = await process.communicate()
    print(stdout.decode(), "exit code", process.returncode)


asyncio.run(main())

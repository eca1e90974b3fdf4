# A program gets its arguments as they are.
import asyncio
from asyncio.subprocess import PIPE, create_subprocess_exec


async def main():
    process = await create_subprocess_exec("echo", "$HOME", "*", "a  b", stdout=PIPE)
    stdout, stderr = await process.communicate()
    print(stdout.decode().strip(), "| stderr:", "none" if stderr is None else "some")
    print("exit code", process.returncode)


asyncio.run(main())

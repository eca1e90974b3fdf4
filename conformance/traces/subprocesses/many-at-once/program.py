# Many processes at once: each task gets the output of its own.
import asyncio
from asyncio.subprocess import PIPE, create_subprocess_exec


async def output_of(word):
    process = await create_subprocess_exec("echo", word, stdout=PIPE)
    stdout, _ = await process.communicate()
    return stdout.decode().strip()


async def main():
    print(*await asyncio.gather(*(output_of(f"word{i}") for i in range(10))))


asyncio.run(main())

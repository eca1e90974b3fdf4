# More than any pipe holds goes both ways, and neither side waits for ever.
import asyncio
from asyncio.subprocess import PIPE, create_subprocess_exec


async def main():
    process = await create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE, stderr=PIPE)
    stdout, stderr = await process.communicate(b"0123456789" * 100_000)
    print("stdout", len(stdout), "stderr", len(stderr), "exit code", process.returncode)
    process = await create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
    stdout, stderr = await process.communicate()
    print("without input: stdout", len(stdout), "exit code", process.returncode)


asyncio.run(main())

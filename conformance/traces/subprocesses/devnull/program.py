# What is connected with nothing has nothing to read, and is not heard.
import asyncio
from asyncio.subprocess import DEVNULL, PIPE, create_subprocess_shell


async def main():
    script = "wc -c | tr -d ' '; echo problem >&2"
    process = await create_subprocess_shell(script, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL)
    stdout, stderr = await process.communicate()
    print("stdout", stdout.decode().strip(), "stderr", "none" if stderr is None else "some")
    process = await create_subprocess_shell(script, stdin=PIPE, stdout=DEVNULL, stderr=PIPE)
    stdout, stderr = await process.communicate(b"abc")
    print("stdout", "none" if stdout is None else "some", "stderr", stderr.decode().strip())


asyncio.run(main())

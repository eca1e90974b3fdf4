# A program that does not read its input is no error for communicate().
import asyncio
from asyncio.subprocess import PIPE, create_subprocess_exec, create_subprocess_shell


async def main():
    process = await create_subprocess_shell("exec <&-; echo done", stdin=PIPE, stdout=PIPE)
    stdout, _ = await process.communicate(b"x" * 1_000_000)
    print(stdout.decode().strip(), "exit code", process.returncode)
    process = await create_subprocess_exec("true", stdin=PIPE)
    print(*("none" if output is None else "some" for output in await process.communicate(b"x" * 1_000_000)))
    print("exit code", await process.wait())


asyncio.run(main())

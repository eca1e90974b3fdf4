# A process starts in a folder, with an environment of its own.
import asyncio
import os
from asyncio.subprocess import PIPE, create_subprocess_exec, create_subprocess_shell


async def main():
    env = {"PATH": os.environ["PATH"], "FOO": "bar"}
    script = 'pwd; echo "$FOO ${HOME-homeless}"'
    for start in (create_subprocess_shell(script, cwd="/", env=env, stdout=PIPE),
                  create_subprocess_exec("sh", "-c", script, cwd="/", env=env, stdout=PIPE)):
        process = await start
        stdout, _ = await process.communicate()
        print(*stdout.decode().split())


asyncio.run(main())

# A token is good for one reset, of its variable, in the context where it was made.
import asyncio
import contextvars

user = contextvars.ContextVar("user", default="nobody")
other = contextvars.ContextVar("other")


def reset(what, variable, token):
    try:
        variable.reset(token)
        print(what, "was reset to", variable.get("nothing"))
    except (ValueError, RuntimeError):
        print(what, "was refused, and is", variable.get("nothing"))


async def child(token):
    reset("maker's token", user, token)
    own = user.set("child")
    reset("own token", user, own)
    return own


async def main():
    first = user.set("first")
    second = user.set("second")
    own = await asyncio.create_task(child(first))
    reset("child's token", user, own)
    reset("another variable", other, second)
    asyncio.get_running_loop().call_soon(reset, "in a callback", user, second)
    await asyncio.sleep(0)
    reset("second", user, second)
    reset("second again", user, second)
    reset("first", user, first)
    token = other.set("set")
    reset("other", other, token)
    print(token.old_value is contextvars.Token.MISSING and "there was nothing before")
    third = user.set("third")
    contextvars.copy_context().run(reset, "in a copy", user, third)


asyncio.run(main())

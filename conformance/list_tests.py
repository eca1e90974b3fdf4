"""Lists the test methods of CPython's asyncio test suite, and those of contextvars, by file and by the class that defines them.

    python3.13 list_tests.py > cpython-3.13-tests.json

A method that a mixin brings into several classes counts once. Needs a Python that has its own test suite installed.
"""

import ast
import json
import pathlib
import test.test_asyncio

# Not of asyncio's own suite: a file and the class in it that is about contextvars.
CONTEXTVARS = ("Lib/test/test_context", "ContextTest")

FILES = """
test_base_events test_context test_eager_task_factory test_events test_futures test_futures2 test_locks test_pep492
test_queues test_runners test_server test_streams test_subprocess test_taskgroups test_tasks test_threads test_timeouts
test_waitfor
""".split()


def members(body):
    """What a class body defines, also below an `if`."""
    for node in body:
        if isinstance(node, ast.If):
            yield from members(node.body + node.orelse)
        else:
            yield node


def path_of(file):
    asyncio_tests = pathlib.Path(test.test_asyncio.__file__).parent
    # "Lib/test" is the folder of all tests, in CPython's sources and wherever they are installed.
    folder = asyncio_tests.parent if file.startswith("Lib/test/") else asyncio_tests
    return folder / f"{file.rpartition('/')[2]}.py"


def methods(file):
    for node in ast.walk(ast.parse(path_of(file).read_text())):
        if isinstance(node, ast.ClassDef):
            for member in members(node.body):
                if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef)) and member.name.startswith("test"):
                    yield node.name, member.name


tests = [
    {"file": file, "class": name, "method": method}
    for file in [CONTEXTVARS[0], *FILES]
    for name, method in dict.fromkeys(methods(file))
    if file != CONTEXTVARS[0] or name == CONTEXTVARS[1]
]
print("[\n" + ",\n".join("  " + json.dumps(test) for test in tests) + "\n]")

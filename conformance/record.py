"""Record what Python prints: for each traces/TOPIC/NAME/program.py, write the expected.out beside it.

    python3 conformance/record.py             every program
    python3 conformance/record.py locks/fifo  only these

Each program runs three times. One whose runs differ depends on the clock and is not recorded: that is an
error of the program, as is anything on stderr.
"""

import concurrent.futures
import pathlib
import subprocess
import sys

TRACES = pathlib.Path(__file__).parent / "traces"
RUNS = 3


def record(program):
    """Run one program, write its output, and return what is wrong with it, or None."""
    outputs = set()
    for _ in range(RUNS):
        done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60)
        if done.returncode != 0 or done.stderr:
            return f"exit code {done.returncode}: {done.stderr}"
        outputs.add(done.stdout)
    if len(outputs) != 1:
        return f"{RUNS} runs printed {len(outputs)} different traces"
    program.with_name("expected.out").write_text(outputs.pop(), encoding="utf-8")
    return None


def main():
    if sys.version_info < (3, 13):
        sys.exit("Python 3.13 or later is needed, this is " + sys.version.split()[0])
    programs = [TRACES / name / "program.py" for name in sys.argv[1:]] or sorted(TRACES.glob("*/*/program.py"))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
        for program, problem in zip(programs, pool.map(record, programs)):
            if problem is not None:
                failed += 1
                print(f"{program.parent.relative_to(TRACES)}: {problem}", file=sys.stderr)
    print(f"{len(programs) - failed} of {len(programs)} recorded")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

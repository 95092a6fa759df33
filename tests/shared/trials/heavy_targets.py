"""A process with 2,000 threads and one with 2 GiB committed are dumped, in bounded time."""

import contextlib
import random
import time

import alone
import layers
import targets

UNIT = "dumps"
PYTHONS = ("windows",)
SHORT = 1

THREADS = 2000
COMMITTED = 2 << 30  # bytes
SECONDS = 300  # for one dump under Wine, on a machine that has much else to do; most take a second

MANY_THREADS = f"""
import sys, threading, _thread
threading.stack_size(64 << 10)
end = threading.Event()
for _ in range({THREADS - 1}):
    threading.Thread(target=end.wait, daemon=True).start()
print(_thread.get_native_id(), flush=True)
for line in sys.stdin:
    print(line, end="", flush=True)
"""
MUCH_MEMORY = f"""
import _thread, ctypes, sys
allocate = ctypes.windll.kernel32.VirtualAlloc
allocate.restype = ctypes.c_void_p
for _ in range(32):  # committed, and never touched
    assert allocate(None, ctypes.c_size_t({COMMITTED} // 32), 0x3000, 4)
print(_thread.get_native_id(), flush=True)
for line in sys.stdin:
    print(line, end="", flush=True)
"""
CALLS = ("wer.Report.add_dump", "wer.ProcessSnapshot", "wer.service.add_processes", "wer.Report", "wer.interpreter_of")
CELLS = [(process, call) for process in ("memory", "threads") for call in CALLS]


place, case = alone.place_of(__file__, SECONDS), alone.case


@contextlib.contextmanager
def world(folder):
    with layers.layer(folder) as layer, targets.machine(folder) as machine:
        machine.heavy = {}
        yield layer, machine


def program(world, number):
    layer, machine = world
    which, name = CELLS[number % len(CELLS)]
    process = machine.heavy.get(which)
    if process is None:
        process = machine.heavy[which] = machine.start({"threads": MANY_THREADS, "memory": MUCH_MEMORY}[which])
        layer.at_first = set()  # its pipes are open from here on
    by = random.Random(number).choice(({"process": process}, {"pid": process.pid}))
    layer.reset()
    started = time.monotonic()
    came = targets.outcome(targets.CALLS[name], machine, by)
    seconds = time.monotonic() - started
    assert came == "done", f"{name} of one with much {which}: {came}"
    assert seconds < SECONDS / 2, f"{name} of one with much {which} took {seconds:.0f} s"
    layer.check_left()
    assert machine.suspended(process.tid) == 0, "it was left suspended"
    assert machine.answers(process), "it does not go on"
    return 1

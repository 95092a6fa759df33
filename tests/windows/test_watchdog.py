"""The watchdog: processes that really hang, and the reports they leave."""

import sys

import pytest

ENTRY = """
import ctypes, os, sys, threading, time, wer
def say(*what):
    print(*what, flush=True)
"""


@pytest.fixture
def run(finish):
    def run(code, *commands):
        done = finish([sys.executable, "-I", "-c", ENTRY + code], *commands)
        assert "Traceback" not in done.errors, done.errors
        return done

    return run


def test_c_code_that_keeps_the_gil_for_ever(run, standin):
    done = run("""
def sits_on_the_gil():
    ctypes.PyDLL("kernel32").Sleep(-1)  # for ever, with the GIL
with wer.Watchdog(1.0, "Spooler", version="4.2.1", then="end") as watchdog:
    for _ in range(10):
        watchdog.beat()
        time.sleep(0.1)
    sits_on_the_gil()
""")
    print(done)
    lines, folder = standin.report_wer()
    print(lines)
    files = standin.files()
    for name, path in files.items():
        if name.endswith("txt"):
            print(path.read_text())
    assert done.code == 0xCFFFFFFF
    assert 0

"""`wer` in more than one interpreter of a process, and imported anew. With threads and C: test_native_host.py."""

import sys

import pytest

SUBINTERPRETER = """
try:
    import _interpreters
    def create(): return _interpreters.create()  # with a GIL of its own
    run = _interpreters.exec
except ImportError:
    import _xxsubinterpreters as _interpreters
    def create(): return _interpreters.create(isolated=True)
    run = _interpreters.run_string
"""

USE = """
import wer
with wer.Report("WerTests.Interpreter") as report:
    report.set_parameter(0, "value")
try:
    report.set_parameter(0, "value")
except ValueError:
    pass
else:
    raise AssertionError("a closed report took a parameter")
template = wer.ReportTemplate("WerTests.Interpreter", consent=wer.Consent.NOT_ASKED)
"""


@pytest.fixture
def run(run_program):
    """Run Python code in a process of its own: `run(code)` returns the lines that it printed."""

    def run(code):
        done = run_program([sys.executable, "-I", "-c", code])
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    return run


@pytest.mark.skipif(sys.version_info < (3, 12), reason="interpreters with their own GIL came with 3.12")
def test_each_has_its_own_classes_and_the_process_one_handler(run):
    lines = run(
        SUBINTERPRETER
        + USE
        + f"""
import os
report_class, pipe = id(wer.Report), os.pipe()
handler = wer.install_crash_handler(template)
for _ in range(2):
    interpreter = create()
    run(interpreter, {USE!r} + f'''
import os
assert id(wer.Report) != {{report_class}}
try:
    wer.install_crash_handler(template)
except RuntimeError as error:
    os.write({{pipe[1]}}, str(error).encode())
''')
    print(os.read(pipe[0], 1000).decode())
    _interpreters.destroy(interpreter)
assert handler.installed
"""
        + USE
    )
    assert lines == ["a crash handler is already installed; a process has one: uninstall that first"] * 2


def test_imported_anew(run):
    """New classes; the old ones go on working."""
    lines = run(
        USE
        + """
import sys
old = wer
handler = wer.install_crash_handler(template)
for name in [name for name in sys.modules if name.partition(".")[0] == "wer"]:
    del sys.modules[name]
"""
        + USE
        + """
print(old.Report is wer.Report, old.Report("WerTests.Old").closed, handler.installed)
handler.uninstall()
"""
    )
    assert lines == ["False False True"]


def test_what_was_imported_before_goes_on(run):
    """With what was made before, and with what it makes now."""
    lines = run(
        """
import sys, threading
import wer as old
consent = old.Consent.NOT_ASKED
def things():
    report = old.Report("WerTests.Old", process=old.Handle(-1))
    return report, old.ProcessSnapshot(), old.ReportTemplate("WerTests.Old", consent=consent)
before = things()
for name in [name for name in sys.modules if name.partition(".")[0] == "wer"]:
    del sys.modules[name]
import wer
wer.Report("WerTests.New").close()
for report, snapshot, template in before, things():
    report.add_dump(old.DumpType.NONE, tid=threading.get_native_id())
    with old.Report("WerTests.Old") as other:
        other.add_dump(old.DumpType.NONE, snapshot=snapshot)
    with old.install_crash_handler(template) as handler:
        print(handler.installed)
try:
    wer._native.has_ended(before[1]._held)
except TypeError as error:
    print(error)
"""
    )
    assert lines == ["True", "True", "expected a HeldHandle, got HeldSnapshot"]


def test_what_one_has_found_another_does_not_take_away(run_program, hide, system_folder):
    """A second import cannot find it: a thread of the first may be about to call it."""
    code = """
for name in [name for name in sys.modules if name.partition(".")[0] == "wer"]:
    del sys.modules[name]
import wer
print(wer.supported("WerSetFlags"))
"""
    program = [sys.executable, "-I", "-c", f"import wer\n{hide}{code}", str(system_folder / "wer.dll"), "WerSetFlags"]
    done = run_program(program)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["True"], "")


OLD_REPORT = """
import importlib.util, sys, threading
import wer
report = wer.Report("WerTests.Old")
report.set_parameter(0, "x")
def use():
    try:
        report.set_parameter(99, "x")  # an error needs the module's state
    except ValueError as error:
        print(error)
"""
REFUSED = "index must be 0 to 9, got 99"


def test_a_second_module_that_is_made_and_not_run(run):
    code = "importlib.util.module_from_spec(importlib.util.find_spec('wer._werapi'))\n"
    assert run(OLD_REPORT + code + "use()\nimport gc; gc.collect()\nuse()") == [REFUSED] * 2


def test_a_second_module_that_cannot_be_run(run):
    """The old one stays until the new one takes its place."""
    code = """
spec = importlib.util.find_spec("wer._werapi")
second = importlib.util.module_from_spec(spec)
errors, sys.modules["wer._errors"] = sys.modules["wer._errors"], None
try:
    spec.loader.exec_module(second)
except ImportError as error:
    print(type(error).__name__)
sys.modules["wer._errors"] = errors
del second
import gc; gc.collect()
use()
with wer.Report("WerTests.New") as new:
    new.set_parameter(0, "x")
"""
    assert run(OLD_REPORT + code) == ["ModuleNotFoundError", REFUSED]


def test_imported_anew_in_threads(run):
    code = """
stop = threading.Event()
def go_on():
    while not stop.is_set():
        try:
            report.set_parameter(99, "x")
        except ValueError:
            pass
threads = [threading.Thread(target=go_on) for _ in range(2)]
for thread in threads:
    thread.start()
for _ in range(2):
    for name in [name for name in sys.modules if name.partition(".")[0] == "wer"]:
        del sys.modules[name]
    import wer
    with wer.Report("WerTests.New") as new:
        new.set_parameter(0, "x")
stop.set()
for thread in threads:
    thread.join()
use()
"""
    assert run(OLD_REPORT + code) == [REFUSED]

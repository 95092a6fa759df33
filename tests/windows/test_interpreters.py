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

"""Where `wer.dll` comes from: System32, whatever else of that name Windows would find first.

The tests copy the interpreter and the package into a folder of their own and plant a `wer.dll` there, a copy of
the real one. A program then says which files of that name its process has loaded.
"""

import os
import shutil
import sys
from pathlib import Path

import pytest

import wer

# Every wer.dll in the process, one path a line. sys.argv[1] is the folder of the package's copy.
LIST_LOADED = """
import ctypes, os
kernel32 = ctypes.windll.kernel32
kernel32.GetCurrentProcess.restype = ctypes.c_void_p
kernel32.K32EnumProcessModules.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p]
kernel32.GetModuleFileNameW.argtypes = [ctypes.c_void_p, ctypes.c_wchar_p, ctypes.c_uint32]
modules = (ctypes.c_void_p * 1024)()
size = ctypes.c_uint32()
assert kernel32.K32EnumProcessModules(
    kernel32.GetCurrentProcess(), modules, ctypes.sizeof(modules), ctypes.byref(size))
for module in modules[:size.value // ctypes.sizeof(ctypes.c_void_p)]:
    path = ctypes.create_unicode_buffer(1024)
    kernel32.GetModuleFileNameW(module, path, len(path))
    if os.path.basename(path.value).lower() == "wer.dll":
        print(path.value)
"""
USE_WER = """
import sys
sys.path.insert(0, sys.argv[1])
import wer
wer.Report("WerTests.Loading").close()
"""
LOAD_BY_NAME = """
import ctypes
ctypes.windll.kernel32.LoadLibraryW("wer.dll")
"""


class Place:
    """A private copy of the interpreter, and of the package, to plant files in."""

    def __init__(self, folder, python, run_program):
        self.run_program = run_program
        self.home = python.parent
        self.folder = folder
        self.python = folder / "bin" / "python.exe"
        self.package = folder / "lib" / "wer"
        self.elsewhere = folder / "elsewhere"
        for folder in (self.python.parent, self.package, self.elsewhere):
            folder.mkdir(parents=True)
        shutil.copy(python, self.python)
        for file in (*self.home.glob("python3*.dll"), *self.home.glob("vcruntime*.dll")):
            shutil.copy(file, self.python.parent)
        for file in Path(wer.__file__).parent.glob("*.py*"):
            if file.is_file():  # not __pycache__
                shutil.copy(file, self.package)

    def run(self, code, **environment):
        """Run a program with this copy, and return the lines that it printed."""
        variables = {**os.environ, "PYTHONHOME": str(self.home), **environment}
        variables.pop("PYTHONPATH", None)
        command = [str(self.python), "-S", "-B", "-c", code, str(self.package.parent)]
        done = self.run_program(command, variables, cwd=self.elsewhere)
        assert done.returncode == 0, done.stderr
        return [Path(line) for line in done.stdout.splitlines()]


@pytest.fixture
def place(tmp_path, python, run_program):
    return Place(tmp_path, Path(python), run_program)


def same_file(path, other):
    return os.path.normcase(path) == os.path.normcase(other)


def test_no_planted_file_is_loaded(place, system_folder):
    """In the package's folder, beside python.exe, in the current folder and on PATH: all at once."""
    for folder in (place.package, place.python.parent, place.elsewhere):
        shutil.copy(system_folder / "wer.dll", folder / "wer.dll")
    [loaded] = place.run(USE_WER + LIST_LOADED, PATH=f"{place.elsewhere};{os.environ['PATH']}")
    assert same_file(loaded, system_folder / "wer.dll")


def test_the_trap_works(place, system_folder):
    """Or the test above would show nothing: loaded just by its name, it is the planted file."""
    shutil.copy(system_folder / "wer.dll", place.python.parent / "wer.dll")
    [loaded] = place.run(LOAD_BY_NAME + LIST_LOADED)
    assert same_file(loaded, place.python.parent / "wer.dll")


def test_a_planted_file_that_is_loaded_already_is_not_used(place, system_folder, standin):
    """Something else in the process was less careful; the calls still go to System32's."""
    planted = place.elsewhere / "wer.dll"
    shutil.copy(system_folder / "wer.dll", planted)
    load = f"import ctypes; planted = ctypes.WinDLL({str(planted)!r})\n"
    count = """
genuine = ctypes.WinDLL(SYSTEM32)
for dll in (planted, genuine):
    print(dll.WerStandInCalls("WerReportCreate"))
"""
    lines = place.run(load + USE_WER + count.replace("SYSTEM32", repr(str(system_folder / "wer.dll"))))
    assert [str(line) for line in lines] == ["0", "1"], "calls that reached the planted one, and System32's"


def test_import_says_why_there_is_no_wer_dll(standin, run_program):
    """A wer.dll that cannot be loaded; the stand-in refuses to load with commands that it does not know."""
    environment = {**os.environ, "WER_STANDIN": "no such command"}
    done = run_program([sys.executable, "-I", "-c", "import wer"], environment)
    assert done.returncode == 1
    message = done.stderr.splitlines()[-1]
    assert message.startswith("ImportError: wer.dll cannot be loaded from System32 (error 1114: "), done.stderr
    assert "Windows has it since Vista" in message


CALL_EACH = """
import wer
report = wer.Report("WerTests.Loading")
for call in (
    lambda: report.set_parameter(0, "value"),
    lambda: report.set_ui_option(1, "text"),
    lambda: report.add_file("file"),
    lambda: report.add_dump(),
    lambda: report.submit(wer.Consent.DENIED),
    lambda: wer.add_excluded_application("wer-tests.exe"),
    lambda: wer.remove_excluded_application("wer-tests.exe"),
):
    try:
        call()
    except NotImplementedError as error:
        print(error)
report.close()
"""


def test_a_function_that_this_wer_dll_lacks(without):
    """The package imports all the same, and what is there can be used."""
    functions = [
        "WerReportSetParameter",
        "WerReportSetUIOption",
        "WerReportAddFile",
        "WerReportAddDump",
        "WerReportSubmit",
        "WerAddExcludedApplication",
        "WerRemoveExcludedApplication",
    ]
    lines = without(functions, CALL_EACH)
    assert lines == [
        f"{function}: this machine's wer.dll does not have it; Windows has, since Vista" for function in functions
    ]

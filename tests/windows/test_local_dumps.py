"""tools/local_dumps_on_windows.py, which tries WER's local dumps on Windows: here on Wine, which has none.

What Windows does in a crash, a debugger does here that Wine starts; its dump is of Wine's dbghelp.
"""

import contextlib
import os
import re
import subprocess
import sys
import winreg
from pathlib import Path

import pytest
from once import once

pytestmark = once("3.13")

SCRIPT = Path(__file__).parents[2] / "tools" / "local_dumps_on_windows.py"
WER = r"SOFTWARE\Microsoft\Windows\Windows Error Reporting"
AEDEBUG = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\AeDebug"
HKLM = winreg.HKEY_LOCAL_MACHINE

# Wine starts it with the id of the process that crashed, and an event for which that process waits.
DUMPER = r"""
import ctypes, msvcrt, sys, winreg
from pathlib import Path

kernel32, dbghelp = ctypes.WinDLL("kernel32"), ctypes.WinDLL("dbghelp")
pid, event = int(sys.argv[1]), ctypes.c_void_p(int(sys.argv[2]))
kernel32.OpenProcess.restype = ctypes.c_void_p
process = ctypes.c_void_p(kernel32.OpenProcess(0x1FFFFF, False, pid))
path = ctypes.create_unicode_buffer(260)
kernel32.QueryFullProcessImageNameW(process, 0, path, ctypes.byref(ctypes.c_uint32(260)))
program = Path(path.value).name
key = winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, sys.argv[3] + program)
assert winreg.QueryValueEx(key, "DumpType") == (1, winreg.REG_DWORD)
folder, kind = winreg.QueryValueEx(key, "DumpFolder")
assert kind == winreg.REG_EXPAND_SZ
record, context = (ctypes.c_uint32 * 40)(0xC0000005), (ctypes.c_uint64 * 256)()
pointers = (ctypes.c_void_p * 2)(ctypes.addressof(record), ctypes.addressof(context))

class Exception(ctypes.Structure):
    _pack_ = 4
    _fields_ = [("thread", ctypes.c_uint32), ("pointers", ctypes.c_void_p), ("client", ctypes.c_uint32)]

with open(Path(folder, f"{program}.{pid}.dmp"), "wb") as file:
    exception = Exception(1, ctypes.addressof(pointers), 0)
    handle = ctypes.c_void_p(msvcrt.get_osfhandle(file.fileno()))
    assert dbghelp.MiniDumpWriteDump(process, pid, handle, 0, ctypes.byref(exception), None, None)
kernel32.SetEvent(event)
"""


@pytest.fixture
def try_it(standin, tmp_path, system_folder):
    """Run the script, and return its exit code and lines. On Wine only: it changes settings of the machine."""

    def run(*arguments, werfault=True):
        if werfault:  # only that it is there counts; `debugger` does its work
            (system_folder / "WerFault.exe").touch()
        done = subprocess.run(
            [sys.executable, SCRIPT, *arguments],
            env=os.environ | {"TEMP": str(tmp_path), "TMP": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.stderr == ""
        return done.returncode, done.stdout.splitlines()

    with winreg.CreateKey(HKLM, WER) as key:
        keys, values, _ = winreg.QueryInfoKey(key)
    yield run
    (system_folder / "WerFault.exe").unlink(missing_ok=True)
    with winreg.OpenKey(HKLM, WER) as key:
        left = winreg.QueryInfoKey(key)[:2]
    if keys == values == 0:
        winreg.DeleteKey(HKLM, WER)
    assert left == (keys, values), "it has not set everything back"


@pytest.fixture
def debugger(tmp_path, python):
    """Have Wine start a program for each program that crashes."""

    @contextlib.contextmanager
    def started(code):
        script = tmp_path / "dumper.py"
        script.write_text(code, encoding="utf-8")
        command = f'"{python}" -I "{script}" %ld %ld "{WER}\\LocalDumps\\\\"'
        with winreg.CreateKey(HKLM, AEDEBUG) as key:
            before = {name: winreg.QueryValueEx(key, name) for name in ("Auto", "Debugger")}
            winreg.SetValueEx(key, "Auto", 0, winreg.REG_SZ, "1")
            winreg.SetValueEx(key, "Debugger", 0, winreg.REG_SZ, command)
            try:
                yield
            finally:
                for name, (data, kind) in before.items():
                    winreg.SetValueEx(key, name, 0, kind, data)

    return started


def test_it_says_what_wine_lacks(try_it, system_folder):
    code, lines = try_it(werfault=False)
    assert code == 1
    assert lines[-2] == "Local dumps cannot be tried here. Missing:"
    assert lines[-1].lower() == rf"  {system_folder}\werfault.exe, which writes the dumps; wine has none".lower()


def test_a_dump(try_it, debugger, tmp_path):
    with debugger(DUMPER):
        code, lines = try_it()
    found = [line.strip() for line in lines if line.lstrip().startswith(("ok", "MISSING", "also"))]
    assert code == 0, lines
    assert re.fullmatch(r"ok +wer-dump-\d+\.exe, process \d+, ended with 0xc0000005", found[0])
    assert re.fullmatch(r"ok +wer-dump-\d+\.exe\.\d+\.dmp, [\d,]+ bytes, exception 0xc0000005", found[1])
    assert found[2] == "also     no report of WER's own: neither in the user's stores nor in the machine's"
    assert [path.name for path in tmp_path.glob("wer-dump-*")] == []


def test_no_dump(try_it, debugger):
    with debugger("pass"):
        code, lines = try_it("--wait", "3")
    assert code == 1, lines
    assert re.search(
        r"MISSING  the dump .*\.exe\.\d+\.dmp within 3 s; in the folder are: wer-dump-\d+\.exe$", lines[-1]
    )


def test_a_report_of_its_own_is_found_and_removed(try_it, debugger):
    folder = Path(os.environ["LOCALAPPDATA"], "Microsoft", "Windows", "WER", "ReportQueue", "AppCrash_of_a_test")
    file = """
folder = Path(REPORT)
folder.mkdir(parents=True)
(folder / "Report.wer").write_text(f"AppName={program}\\r\\n", encoding="utf-16")
""".replace("REPORT", repr(str(folder)))
    with debugger(DUMPER.replace("kernel32.SetEvent", file + "kernel32.SetEvent")):
        code, lines = try_it()
    assert code == 0, lines
    assert f"  also     WER's own report of the crash: {folder}" in lines
    assert not folder.exists()

"""What our own code does in a crash or a hang, read from what the compiler made of it: its calls, its need of stack."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SOURCES = ROOT / "src" / "wer" / "native"
COMPILER = [
    "x86_64-w64-mingw32-gcc",
    *("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O2", "-D_WIN32_WINNT=0x0A00"),
    *("-fstack-usage", "-ffunction-sections", f"-I{ROOT / 'include'}", "-c"),
]

# Where a crash enters, and where the report of a stack overflow is filed.
ENTRIES = {"wer_report_exception", "wer_report_here", "wer_wait_for_report", "run_reporter"} | {
    f"{kind}{link}" for link in range(8) for kind in ("filter", "abort")
}

# All that may be called there. Of Windows: what is a system call, or reads the thread's own block. None of it
# allocates, loads a module or enters a critical section, a heap's or the loader's.
SYSTEM_CALLS = {
    *("CloseHandle", "OpenThread", "ResetEvent", "SetEvent", "Sleep", "WaitForSingleObject"),
    *("GetCurrentProcess", "GetCurrentThreadId", "GetCurrentThreadStackLimits", "RtlCaptureContext"),
    "TerminateProcess",
}
# After the report of an abort, to tell abort() from raise(). It may take the lock of the table of functions.
AFTER_AN_ABORT = {"RtlCaptureStackBackTrace", "VirtualQuery"}
WER = {
    *("WerReportCreate", "WerReportSetParameter", "WerReportAddFile", "WerReportAddDump", "WerReportSubmit"),
    "WerReportCloseHandle",
}


# The threads of a watchdog: what they call beside that while another thread may hold any lock of the process.
WATCHING = {
    *("CheckRemoteDebuggerPresent", "QueryUnbiasedInterruptTime", "WaitForMultipleObjects", "GetFileSizeEx"),
    "VirtualFree",  # at their end
}


class Code:
    """The compiled C files: their functions, whom each calls, and the bytes of stack of each."""

    def __init__(self, folder):
        self.calls, self.stack = {}, {}
        for name in ("prepared", "crashhandler", "watchdog"):
            object_file = folder / f"{name}.o"
            subprocess.run([*COMPILER, SOURCES / f"{name}.c", "-o", object_file], check=True)
            relocations = subprocess.run(
                ["x86_64-w64-mingw32-objdump", "-r", object_file], capture_output=True, text=True, check=True
            ).stdout
            for section, records in re.findall(
                r"RELOCATION RECORDS FOR \[\.text\$(\w+)\]:\n(.*?)(?:\n\n|\Z)", relocations, re.DOTALL
            ):
                symbols = re.findall(r"^[0-9a-f]{16} \S+ +(\S+)", records, re.MULTILINE)
                self.calls[section] = {re.sub(r"^__imp_|^\.text\$|[-+]0x[0-9a-f]+$", "", symbol) for symbol in symbols}
            for line in (folder / f"{name}.su").read_text().splitlines():
                place, size, kind = line.split("\t")
                assert kind == "static", line
                self.stack[place.rpartition(":")[2]] = int(size)

    def reached(self, function):
        """Whom `function` calls, and whom those call."""
        found, new = set(), {function}
        while new:
            found |= new
            new = {name for known in new for name in self.calls.get(known, ())} - found
        return found

    def depth(self, function):
        """The bytes of stack from the call of `function` on, in our own code, return addresses included."""
        own = [name for name in self.calls.get(function, ()) if name in self.stack]
        return 8 + self.stack[function] + max((self.depth(name) for name in own), default=0)


@pytest.fixture(scope="module")
def code(tmp_path_factory):
    return Code(tmp_path_factory.mktemp("objects"))


def is_data(name):
    return name.startswith((".", "reporting", "reporter", "links", "state", "inside", "crt"))


@pytest.mark.parametrize("entry", sorted(ENTRIES))
def test_a_crash_calls_nothing_that_allocates_or_locks(code, entry):
    reached = {name for name in code.reached(entry) if name not in code.stack and not is_data(name)}
    assert reached - SYSTEM_CALLS - WER == (AFTER_AN_ABORT if entry.startswith("abort") else set())


@pytest.mark.parametrize(("entry", "called"), [("run_watcher", set()), ("run_filer", WER)])
def test_a_hang_calls_nothing_that_allocates_or_locks(code, entry, called):
    """And the thread that watches, which is to end the process if need be, does not call WER."""
    reached = {name for name in code.reached(entry) if name not in code.stack and not is_data(name)}
    assert reached - SYSTEM_CALLS - WATCHING - called == set()


def test_the_list_of_calls_is_of_use(code):
    """What is reached in a crash is seen: WER's functions; and what allocates is seen where it is allowed."""
    assert code.reached("wer_report_exception") >= WER | {"OpenThread", "SetEvent", "WaitForSingleObject"}
    assert code.reached("filter0") >= WER | {"Sleep"}
    assert code.reached("run_filer") >= WER | {"GetFileSizeEx"}
    assert code.reached("run_watcher") >= {"SetEvent", "TerminateProcess", "WaitForSingleObject"}
    assert "VirtualAlloc" in code.reached("wer_template_create")
    assert "SetUnhandledExceptionFilter" in code.reached("wer_handler_install")


def test_a_crash_needs_no_more_stack_than_the_headers_say(code):
    """On the crashed thread; the frames of WER's own functions come on top."""
    [promised] = re.findall(r"#define WER_CRASH_STACK_BYTES (\d+)", (SOURCES / "prepared.h").read_text())
    deepest = max(code.depth(entry) for entry in ENTRIES)
    assert 0 < deepest <= int(promised), deepest
    header = (ROOT / "include" / "wer" / "capi.h").read_text()
    assert f"at most {promised} bytes of stack for our own code" in header

"""`explain`: the exit code of a process in words."""

from _operator import index as _index

from .. import _native
from .._arguments import shown as _shown
from .._enums import HResult as _HResult

# What the kernel, a runtime or a debugger leaves as a process's exit code. tests/linux/test_exit_codes.py proves the
# numbers of those that Windows' headers name. A process that an exception ends has the exception's code as its own
# (seen under Wine; CPython's test_faulthandler expects it of Windows 8 and later).
_NAMED = {
    0x40000015: ("STATUS_FATAL_APP_EXIT", "a C runtime ended the program: abort() of an older one"),
    0x40010004: (
        "DBG_TERMINATE_PROCESS",
        # The header says the first; that Windows gives it at a shutdown is told by others, and was not tried.
        "a debugger ended the process; or the user's session ended: sign-out or shutdown",
    ),
    0x40010005: ("DBG_CONTROL_C", "Ctrl-C, while a debugger was attached"),
    0x40010008: ("DBG_CONTROL_BREAK", "Ctrl-Break, while a debugger was attached"),
    0x80000001: ("STATUS_GUARD_PAGE_VIOLATION", "a guard page was touched, and nothing was there to handle it"),
    0x80000002: ("STATUS_DATATYPE_MISALIGNMENT", "the process read or wrote at an address that is not aligned"),
    0x80000003: ("STATUS_BREAKPOINT", "a breakpoint without a debugger: an assertion or DebugBreak() in C code"),
    0x80000004: ("STATUS_SINGLE_STEP", "a single step or a hardware breakpoint without a debugger"),
    0xC0000005: ("STATUS_ACCESS_VIOLATION", "the process read or wrote memory that is not there, or called into it"),
    0xC0000006: (
        "STATUS_IN_PAGE_ERROR",
        "a page could not be read from its file: a disk or a network drive that the program or a mapped file is on",
    ),
    0xC0000008: ("STATUS_INVALID_HANDLE", "a handle was closed twice or used after its end, in a debugger's eyes"),
    0xC0000017: ("STATUS_NO_MEMORY", "no memory was left for the process"),
    0xC000001D: (
        "STATUS_ILLEGAL_INSTRUCTION",
        "the processor does not have an instruction that the code uses: a library built for a newer one, or a jump "
        "into data",
    ),
    0xC0000022: ("STATUS_ACCESS_DENIED", "something that the process needed to start was not allowed"),
    0xC0000025: ("STATUS_NONCONTINUABLE_EXCEPTION", "an exception handler went on where that is not possible"),
    0xC0000026: ("STATUS_INVALID_DISPOSITION", "an exception handler returned nonsense: the stack is damaged"),
    0xC000007B: ("STATUS_INVALID_IMAGE_FORMAT", "a DLL is damaged, or 32-bit in a 64-bit program or the other way"),
    0xC000008C: ("STATUS_ARRAY_BOUNDS_EXCEEDED", "an index beyond an array, in code that checks it"),
    0xC000008E: ("STATUS_FLOAT_DIVIDE_BY_ZERO", "a float was divided by zero, with that exception switched on"),
    0xC0000094: ("STATUS_INTEGER_DIVIDE_BY_ZERO", "C code divided an integer by zero"),
    0xC0000095: ("STATUS_INTEGER_OVERFLOW", "C code divided the smallest integer by -1"),
    0xC0000096: ("STATUS_PRIVILEGED_INSTRUCTION", "an instruction that programs may not use: often a jump into data"),
    0xC00000FD: ("STATUS_STACK_OVERFLOW", "a thread's stack was used up: C code that recurses without end or too deep"),
    0xC000012D: ("STATUS_COMMITMENT_LIMIT", "the machine had no memory left: its page file is full"),
    0xC0000135: ("STATUS_DLL_NOT_FOUND", "a DLL that the program needs to start was not found"),
    0xC0000138: ("STATUS_ORDINAL_NOT_FOUND", "a DLL lacks a function, given by number: one of another version"),
    0xC0000139: ("STATUS_ENTRYPOINT_NOT_FOUND", "a DLL lacks a function: one of another version was found first"),
    0xC000013A: (
        "STATUS_CONTROL_C_EXIT",
        # The second: Modules/main.c, exit_sigint.
        "Ctrl-C or Ctrl-Break, or its console was closed; of a Python, a KeyboardInterrupt that nothing caught",
    ),
    0xC0000142: (
        "STATUS_DLL_INIT_FAILED",
        "a DLL could not initialize as the program started; often the session was ending, or a service's desktop had "
        "no room left",
    ),
    0xC0000144: ("STATUS_UNHANDLED_EXCEPTION", "an exception that nothing handled"),
    0xC0000194: ("STATUS_POSSIBLE_DEADLOCK", "a critical section was waited for too long"),
    0xC000026B: ("STATUS_DLL_INIT_FAILED_LOGOFF", "the program was started while the session was ending"),
    0xC0000374: (
        "STATUS_HEAP_CORRUPTION",
        "the heap was found damaged: C code wrote beyond a block, or freed one twice, at some time before",
    ),
    0xC0000409: (
        "STATUS_STACK_BUFFER_OVERRUN",
        # https://devblogs.microsoft.com/oldnewthing/20190108-00/?p=100655
        "fast-fail, the program ended itself at once: abort() or Py_FatalError, an argument that the C runtime "
        "refuses, or memory that was found damaged. Despite the name seldom an overrun; the subcode says which",
    ),
    0xC0000417: ("STATUS_INVALID_CRUNTIME_PARAMETER", "a function of the C runtime got an argument that it refuses"),
    0xC000041D: ("STATUS_FATAL_USER_CALLBACK_EXCEPTION", "an exception in a window procedure or another callback"),
    0xC0000420: ("STATUS_ASSERTION_FAILURE", "an assertion in C code failed"),
    0xC0000428: ("STATUS_INVALID_IMAGE_HASH", "the signature of the program or of a DLL is not accepted here"),
    0xC0000602: ("STATUS_FAIL_FAST_EXCEPTION", "the program ended itself at once: RaiseFailFastException"),
}

# Of compilers' runtimes, in no header of Windows. The first: "msc" behind 0xE0, and ".COM" without the dot. The
# last two are VcppException(ERROR_SEVERITY_ERROR, ERROR_MOD_NOT_FOUND or ERROR_PROC_NOT_FOUND) of delayimp.h.
_RUNTIMES = {
    0xE06D7363: "a C++ exception that nothing caught",
    0xE0434352: "a .NET exception that nothing caught",
    0xE0434F4D: "a .NET exception that nothing caught, of .NET before 4",
    0xC06D007E: "a DLL that is loaded at its first use was not found",
    0xC06D007F: "a DLL that is loaded at its first use lacks a function",
}

# Of Python and the C runtime. Tried with CPython's own Windows programs, under Wine (tests/windows/test_exit_codes.py),
# but for what other tools give.
_SMALL = {
    0: "it ended without an error",
    # Popen.kill and Popen.terminate are TerminateProcess(..., 1); taskkill and the Task Manager give 1, too.
    1: 'an exception that nothing caught, or sys.exit("a text"); or it was ended from outside: Popen.kill and '
    "Popen.terminate, taskkill /F and the Task Manager give 1",
    2: "of a Python, a command line that it or argparse does not understand, or a script that cannot be opened; or "
    "os.kill(pid, signal.SIGINT)",
    # The runtime's own default for every signal that is raised. abort() of Microsoft's runtime is a fast-fail by
    # default, 0xC0000409 with subcode 7, and this where that is switched off, as faulthandler._sigabrt does.
    3: "abort() of a C runtime that does not fast-fail, or a signal that the program raised itself and does not handle",
    9: "os.kill(pid, 9), which on Windows ends a process at once",
    15: "os.kill(pid, signal.SIGTERM), which on Windows ends a process at once",
    120: "a Python could not write out sys.stdout or sys.stderr as it ended: a closed pipe or a full disk",
    259: "STILL_ACTIVE: it has not ended, unless it ended with this number itself",
    0x10000: "ended by multiprocessing: Process.terminate or Process.kill; its exitcode says -15 instead",
    # The second: what C's long does not hold. Of 3.13 the lower 32 bits count.
    0xFFFFFFFF: "sys.exit(-1), or before Python 3.13 of a number beyond 32 bits; other programs choose it, too",
}

# What multiprocessing makes of 0x10000 (Lib/multiprocessing/popen_spawn_win32.py, TERMINATE).
_MULTIPROCESSING_TERMINATED = -15

# Why a program called __fastfail (winnt.h: FAST_FAIL_...): what ordinary programs meet.
_FAST_FAILS = {
    0: ("LEGACY_GS_VIOLATION", "a local array was written beyond its end"),
    1: ("VTGUARD_CHECK_FAILURE", "an object's virtual functions are damaged"),
    2: ("STACK_COOKIE_CHECK_FAILURE", "a local array was written beyond its end"),
    3: ("CORRUPT_LIST_ENTRY", "a linked list is damaged: memory was used after it was freed"),
    4: ("INCORRECT_STACK", "the stack pointer is outside the thread's stack"),
    5: ("INVALID_ARG", "a function of the C runtime got an argument that it refuses, such as a closed file descriptor"),
    6: ("GS_COOKIE_INIT", "the check of local arrays could not be set up"),
    7: (
        "FATAL_APP_EXIT",
        "abort(): Py_FatalError, an assertion, std::terminate for a C++ exception that nothing caught",
    ),
    8: ("RANGE_CHECK_FAILURE", "an index beyond an array, in code that checks it"),
    10: ("GUARD_ICALL_CHECK_FAILURE", "a call through a damaged function pointer (Control Flow Guard)"),
    14: ("INVALID_REFERENCE_COUNT", "a reference count of Windows' own is damaged"),
    18: ("INVALID_JUMP_BUFFER", "longjmp with a damaged buffer"),
    21: ("INVALID_EXCEPTION_CHAIN", "the list of exception handlers is damaged"),
    24: ("INVALID_IMAGE_BASE", "the program's own header is damaged"),
    25: ("DLOAD_PROTECTION_FAILURE", "the table of DLLs that are loaded at their first use could not be written"),
    28: ("INVALID_BUFFER_ACCESS", "a buffer was used beyond its end, in code that checks it"),
    29: ("INVALID_BALANCED_TREE", "a tree of Windows' own is damaged"),
    35: ("UNEXPECTED_HEAP_EXCEPTION", "an exception inside the heap: its structures are damaged"),
    38: ("INVALID_LONGJUMP_TARGET", "longjmp to where it may not go (Control Flow Guard)"),
    39: ("INVALID_DISPATCH_CONTEXT", "an exception could not be dispatched: the stack is damaged"),
    44: ("GUARD_SS_FAILURE", "the shadow stack disagrees with the stack"),
    47: ("INVALID_CONTROL_STACK", "the shadow stack disagrees with the stack"),
    50: ("HEAP_METADATA_CORRUPTION", "the heap was found damaged"),
    71: ("ASAN_ERROR", "AddressSanitizer found an error"),
    72: ("CLR_EXCEPTION_AOT", "a .NET exception that nothing caught, in a program compiled ahead of time"),
}
_FAST_FAIL = 0xC0000409

# Of HRESULTs (winerror.h: FACILITY_...), those that an exit code may well have.
_FACILITIES = {
    0: "NULL",
    1: "RPC",
    2: "DISPATCH",
    3: "STORAGE",
    4: "ITF",
    7: "WIN32",
    8: "WINDOWS",
    9: "SECURITY",
    12: "INTERNET",
    17: "COMPLUS",
    19: "URT",  # .NET
    27: "WER",
    109: "VISUALCPP",
}
_WIN32 = 7
_CUSTOMER = 0x20000000
_FROM_NT = 0x10000000  # FACILITY_NT_BIT: an NTSTATUS that was made an HRESULT


def explain(code: int | None, subcode: int | None = None) -> str:
    """What the exit code of a process means, as text for a log or a report.

    Parameters
    ----------
    code : int or None
        ``Popen.returncode``, ``multiprocessing.Process.exitcode``, or a code from elsewhere, as a signed or unsigned
        number of 32 bits: -1073741819 is 0xC0000005. None, as both have it while the process runs, is that.
    subcode : int, optional
        Of 0xC0000409: why the program failed fast. It stands in the report that Windows makes of it, as "Exception
        Data", and in the dump as the exception's first parameter. With other codes it says nothing.

    Returns
    -------
    str
        One line, such as ``"0xC00000FD STATUS_STACK_OVERFLOW: a thread's stack was used up"``, followed by a likely
        cause. Of a number that this version does not know: what kind it is, an NTSTATUS, an HRESULT or only the
        program's own; of an HRESULT also its facility and number, and on Windows what Windows says about it, in the
        language of the user.

    Raises
    ------
    TypeError, ValueError
        A number is no int, or has more than 32 bits.

    Notes
    -----
    An exit code is no proof: a program can end with any number, and says which one this is only by habit. It works on
    every system; of Windows it calls FormatMessageW, for HRESULTs. A negative code from a process of another system
    than Windows is a signal there; here -15 is what `multiprocessing` has for its own `terminate`.
    """
    if code is None:
        return "it has not ended"
    number = _checked(code, "code")
    value = number & 0xFFFFFFFF
    reason = None if subcode is None else _checked(subcode, "subcode") & 0xFFFFFFFF
    if number == _MULTIPROCESSING_TERMINATED:
        return (
            "-15: ended by multiprocessing: Process.terminate or Process.kill, or a pool that was terminated or lost "
            "another worker"
        )
    if value in _NAMED:
        name, words = _NAMED[value]
        if value == _FAST_FAIL and reason is not None:
            words = f"fast-fail, {_fast_fail(reason)}"
        return f"0x{value:08X} {name}: {words}"
    if value in _RUNTIMES:
        return f"0x{value:08X}: {_RUNTIMES[value]}"
    if value in _SMALL:
        return f"{_as_chosen(value)}: {_SMALL[value]}"
    return _kind(value)


def _checked(value: int, name: str) -> int:
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        raise TypeError(f"{name} must be an int, got {type(value).__name__}")
    number = _index(value)
    if not -(1 << 31) <= number < 1 << 32:
        raise ValueError(f"{name} must fit into 32 bits, signed or unsigned, got {_shown(value)}")
    return number


def _fast_fail(reason: int) -> str:
    if reason not in _FAST_FAILS:
        return f"subcode {reason}, which this version does not know"
    name, words = _FAST_FAILS[reason]
    return f"subcode {reason} FAST_FAIL_{name}: {words}"


def _as_chosen(value: int) -> str:
    """A number as the program that chose it wrote it."""
    if value >= 0xFFFF0000:
        return f"{value - (1 << 32)} (0x{value:08X})"
    return str(value) if value < 0x10000 else f"0x{value:08X}"


def _kind(value: int) -> str:
    """Of a number that is not known: what it may be, by the bits that NTSTATUS and HRESULT have."""
    if value < 0x40000000 or value >= 0xFFFF0000:
        return f"{_as_chosen(value)}: a number that the program chose itself; only its documentation can tell"
    shown = f"0x{value:08X}"
    if value & _CUSTOMER:
        return f"{shown}: an exception or a number of the program's own: Windows does not use this bit"
    if value >= 0xD0000000:
        return f"{shown}: the NTSTATUS {explain(value & ~_FROM_NT)}"
    if value >= 0xC0000000:
        return f"{shown}: an NTSTATUS that says error, facility {value >> 16 & 0xFFF:#x}"
    if value >= 0x80000000:
        return f"{shown}: {_hresult(value)}"
    return (
        f"{shown}: an NTSTATUS that only informs, facility {value >> 16 & 0xFFF:#x}; or a number of the program's own"
    )


def _hresult(value: int) -> str:
    facility = value >> 16 & 0x7FF
    number = value & 0xFFFF
    named = [member.name for member in _HResult if member & 0xFFFFFFFF == value]
    facility_name = f" {_FACILITIES[facility]}" if facility in _FACILITIES else ""
    text = f"an HRESULT that says failure{'' if not named else f', {named[0]}'}, facility {facility:#x}{facility_name}"
    if facility == _WIN32:
        text += f", error {number} of Windows"
        says = _native.message_of(number)
    else:
        text += f", code {number:#x}"
        says = _native.message_of(value)
    if says:
        text += f": {says.rstrip('. ')}"
    return text if facility == _WIN32 else f"{text}; or an NTSTATUS that warns"

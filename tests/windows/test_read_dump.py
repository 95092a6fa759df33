"""`wer.dumps.read_dump` on dumps of living processes, beside the package `minidump`.

Written by WER, which is the stand-in here, and by dbghelp, which is Wine's here and Microsoft's on Windows.
"""

import ctypes
import os
import struct
import sys
from ctypes import wintypes
from pathlib import Path

import minidump.minidumpfile
import pytest
from once import once

import wer
from wer.dumps import read_dump

pytestmark = once("3.13")

LOGGING = """
import sys
sys.path.insert(0, sys.argv[1])
import wer.service
ring = wer.service.RingLog()
ring.write("the first")
ring.write("and the last")
print(flush=True)
input()
"""
CRASH = """
import ctypes

@ctypes.WINFUNCTYPE(ctypes.c_long, ctypes.c_void_p)
def ask_for_a_dump(pointers):
    record = ctypes.c_void_p.from_address(pointers).value
    address = ctypes.c_void_p.from_address(record + 8 + ctypes.sizeof(ctypes.c_void_p)).value
    print(ctypes.windll.kernel32.GetCurrentThreadId(), pointers, address, flush=True)
    input()
    return 1

ctypes.windll.kernel32.SetUnhandledExceptionFilter(ask_for_a_dump)
ctypes.c_int.from_address(0x10).value
"""
M = wer.MinidumpType
WINES_OWN = 0xFFF0
FLAGS = [
    M.NORMAL,
    M.WITH_FULL_MEMORY | M.WITH_HANDLE_DATA | M.WITH_FULL_MEMORY_INFO | M.WITH_THREAD_INFO | M.WITH_UNLOADED_MODULES,
    M.WITH_DATA_SEGS | M.WITH_PRIVATE_READ_WRITE_MEMORY | M.WITH_PROCESS_THREAD_DATA,
]


@pytest.fixture
def dbghelp(tmp_path):
    """Let dbghelp write a dump; returns its path."""
    write = ctypes.WinDLL("dbghelp", use_last_error=True).MiniDumpWriteDump
    write.argtypes = [wintypes.HANDLE, wintypes.DWORD, wintypes.HANDLE, wintypes.UINT, *[ctypes.c_void_p] * 3]
    write.restype = wintypes.BOOL
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateFileW.restype = wintypes.HANDLE
    access = [wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p]
    kernel.CreateFileW.argtypes = [*access, wintypes.DWORD, wintypes.DWORD, wintypes.HANDLE]
    kernel.CloseHandle.argtypes = [wintypes.HANDLE]

    def dbghelp(process, flags):
        path = tmp_path / "dbghelp.dmp"
        file = kernel.CreateFileW(str(path), 0xC0000000, 0, None, 2, 0x80, None)
        try:
            if not write(int(process._handle), process.pid, file, flags, None, None, None):
                raise ctypes.WinError(ctypes.get_last_error())
        finally:
            kernel.CloseHandle(file)
        return path

    return dbghelp


def same_as_the_other(path):
    """Hold what both read against each other; returns ours."""
    ours, data = read_dump(path), bytearray(path.read_bytes())
    for index, stream in enumerate(ours.streams):
        if stream.stream_type == WINES_OWN:  # which the other refuses
            struct.pack_into("<I", data, struct.unpack_from("<I", data, 12)[0] + 12 * index, 0)
    other = minidump.minidumpfile.MinidumpFile.parse_bytes(bytes(data))
    assert [thread.tid for thread in ours.threads] == [thread.ThreadId for thread in other.threads.threads]
    for our, their in zip(ours.threads, other.threads.threads, strict=True):
        context = their.ContextObject
        at = our.registers.instruction_pointer, our.registers.stack_pointer, our.registers.frame_pointer
        assert at == (context.Rip, context.Rsp, context.Rbp)
        assert (our.teb, our.stack_start) == (their.Teb, their.Stack.StartOfMemoryRange)
    assert [(module.name, module.base, module.size) for module in ours.modules] == [
        (module.name, module.baseaddress, module.size) for module in other.modules.modules
    ]
    segments = (other.memory_segments_64 or other.memory_segments).memory_segments
    theirs = [(segment.start_virtual_address, segment.size, segment.start_file_address) for segment in segments]
    assert [(memory.start, memory.size, memory.offset) for memory in ours.memory][-len(theirs) :] == theirs
    for segment in segments[:50]:
        size = min(segment.size, 5000)
        assert ours.read(segment.start_virtual_address, size)[:size] == segment.read(
            segment.start_virtual_address, size, other.file_handle
        )
    return ours


def is_of_this_python(dump, pid):
    assert dump.problems == ()
    assert dump.process.pid in (pid, None)
    assert dump.system.os == "Windows"
    assert dump.system.architecture == "x64"
    assert dump.python_version is not None
    assert dump.python_version.startswith(f"{sys.version_info.major}.{sys.version_info.minor}")
    assert dump.module_at(dump.python.base + 10) is dump.python


@pytest.mark.parametrize("flags", FLAGS, ids=[f"{int(flags):#x}" for flags in FLAGS])
def test_dbghelps(dbghelp, worker, flags):
    dump = same_as_the_other(dbghelp(worker.process, flags))
    is_of_this_python(dump, worker.pid)
    assert worker.tid in {thread.tid for thread in dump.threads}
    assert dump.exception is None
    if flags & M.WITH_FULL_MEMORY:
        assert dump.read(dump.python.base, 2) == b"MZ"


@pytest.mark.parametrize("kind", [wer.DumpType.MINIDUMP, wer.DumpType.HEAPDUMP])
def test_wers(report, standin, worker, kind):
    report.add_dump(kind, worker.process)
    report.submit(wer.Consent.NOT_ASKED)
    [path] = [path for name, path in standin.files().items() if name.endswith("dmp")]
    dump = same_as_the_other(path)
    is_of_this_python(dump, worker.pid)
    assert dump.flags
    assert {module.file_name.lower() for module in dump.modules} >= {"python.exe", "ntdll.dll"}
    python = next(module for module in dump.modules if module.file_name.lower() == "python.exe")
    assert python.pdb_name
    assert python.pdb_guid


def test_an_exception(report, standin, start):
    process = start(CRASH)
    tid, pointers, address = map(int, process.stdout.readline().split())
    report.add_dump(pid=process.pid, tid=tid, exception=wer.ExceptionInformation(pointers, client_pointers=True))
    report.submit(wer.Consent.NOT_ASKED)
    [path] = [path for name, path in standin.files().items() if name.endswith("dmp")]
    exception = read_dump(path).exception
    assert (exception.tid, exception.code, exception.address) == (tid, 0xC0000005, address)
    assert exception.parameters == (0, 0x10)
    assert exception.module.file_name.startswith("_ctypes")
    assert exception.offset == address - exception.module.base
    assert exception.registers.instruction_pointer == address


def test_the_ring_log_of_a_heap_dump(report, standin, start):
    process = start(LOGGING, str(Path(wer.__file__).parents[1]))
    process.stdout.readline()
    report.add_dump(wer.DumpType.HEAPDUMP, process)
    report.submit(wer.Consent.NOT_ASKED)
    [path] = [path for name, path in standin.files().items() if name.endswith("dmp")]
    assert read_dump(path).read_ring_log() == ("the first", "and the last")


def test_an_open_dump_can_be_removed(dbghelp, worker):
    path = dbghelp(worker.process, M.NORMAL)
    dump = read_dump(path)
    os.remove(path)
    assert dump.threads

"""What a type of dump holds, as MINIDUMP_TYPE has it, and how large it will be."""

from .._enums import DumpType, MinidumpType

# As Microsoft documents them for WerReportAddDump, of Windows 7 and later. There is no list for the triage dump, and a
# microdump is of one thread.
CONTENTS = {
    DumpType.MINIDUMP: MinidumpType.WITH_DATA_SEGS
    | MinidumpType.WITH_UNLOADED_MODULES
    | MinidumpType.WITH_PROCESS_THREAD_DATA
    | MinidumpType.WITH_TOKEN_INFORMATION,
    DumpType.HEAPDUMP: MinidumpType.WITH_DATA_SEGS
    | MinidumpType.WITH_PROCESS_THREAD_DATA
    | MinidumpType.WITH_HANDLE_DATA
    | MinidumpType.WITH_PRIVATE_READ_WRITE_MEMORY
    | MinidumpType.WITH_UNLOADED_MODULES
    | MinidumpType.WITH_FULL_MEMORY_INFO
    | MinidumpType.WITH_THREAD_INFO
    | MinidumpType.WITH_TOKEN_INFORMATION
    | MinidumpType.WITH_PRIVATE_WRITE_COPY_MEMORY,
}

# What the Task Manager's "Create memory dump file" asks for (seen in its dumps, not documented).
FULL = (
    MinidumpType.WITH_FULL_MEMORY
    | MinidumpType.WITH_HANDLE_DATA
    | MinidumpType.WITH_UNLOADED_MODULES
    | MinidumpType.WITH_FULL_MEMORY_INFO
    | MinidumpType.WITH_THREAD_INFO
    | MinidumpType.IGNORE_INACCESSIBLE_MEMORY
    | MinidumpType.WITH_TOKEN_INFORMATION
)

_PRIVATE = MinidumpType.WITH_PRIVATE_READ_WRITE_MEMORY | MinidumpType.WITH_PRIVATE_WRITE_COPY_MEMORY
# Beside memory a dump has lists of threads, modules and regions, and a minidump the used part of each stack.
_REST = 1 << 19


def expected_bytes(memory: tuple[int, int, int], flags: int) -> int:
    """How large a dump with these MINIDUMP_TYPE flags will be, by what `_native.memory_of` says of the process.

    An estimate: the process goes on, and which memory Windows' own dumps hold is documented by words only.
    """
    private, everything, data = memory
    if flags & MinidumpType.WITH_FULL_MEMORY:
        return everything + _REST
    size = _REST
    if flags & MinidumpType.WITH_DATA_SEGS:
        size += data
    if flags & _PRIVATE:
        size += private
    return size

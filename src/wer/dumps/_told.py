"""What a dump tells, as dataclasses. What it does not tell, or what of it cannot be read, is None or an empty tuple."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Stream:
    """One entry of the dump's directory (MINIDUMP_DIRECTORY).

    Attributes
    ----------
    stream_type : int
        What it is. Above 0xFFFF are those that programs define.
    name : str
        Microsoft's, breakpad's or crashpad's name of the type, such as ``"ThreadListStream"``; empty for others.
    offset, size : int
        Where it lies in the file, in bytes; either can be wrong in a damaged file.
    """

    stream_type: int
    name: str
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class SystemInfo:
    """The machine (MINIDUMP_SYSTEM_INFO).

    Attributes
    ----------
    os : str
        ``"Windows"``, ``"Linux"``, ``"Android"``, ``"macOS"`` and others; ``"unknown (0x1234)"``.
    version : tuple of int
        Major, minor, build.
    service_pack : str or None
        CSDVersion, such as ``"Service Pack 1"``; on Linux what ``uname`` says.
    product_type : int
        1 is a workstation, 2 a domain controller, 3 a server.
    architecture : str
        ``"x86"``, ``"x64"``, ``"arm"``, ``"arm64"`` and others; of a 32-bit program that a 64-bit one has dumped it
        is ``"x64"``.
    processors : int
        How many.
    processor_level, processor_revision : int
        As GetNativeSystemInfo tells them.
    cpu_vendor : str or None
        Of x86, where cpuid was asked: ``"GenuineIntel"``.
    """

    os: str
    version: tuple[int, int, int]
    service_pack: str | None
    product_type: int
    architecture: str
    processors: int
    processor_level: int
    processor_revision: int
    cpu_vendor: str | None = None


@dataclass(frozen=True, slots=True)
class ProcessInfo:
    """The process (MINIDUMP_MISC_INFO to MINIDUMP_MISC_INFO_5; for breakpad on Linux, ``Pid:`` of its status).

    Attributes
    ----------
    pid : int or None
        Its id.
    created : datetime or None
        In UTC, in whole seconds.
    user_time, kernel_time : int or None
        Seconds that it has run.
    integrity_level : int or None
        0x2000 is medium, 0x3000 high, 0x4000 system.
    os_build_text, writer_build_text : str or None
        BuildString and DbgBldStr: the build of Windows, and of the library that wrote the dump:
        ``"dbgcore.amd64,10.0.22621.1"``.
    """

    pid: int | None = None
    created: datetime | None = None
    user_time: int | None = None
    kernel_time: int | None = None
    integrity_level: int | None = None
    os_build_text: str | None = None
    writer_build_text: str | None = None


@dataclass(frozen=True, slots=True)
class Registers:
    """The registers of a thread: the integer ones and those of its control flow (winnt.h: CONTEXT).

    Attributes
    ----------
    architecture : str
        Whose: ``"x86"``, ``"x64"``, ``"arm"`` or ``"arm64"``.
    instruction_pointer, stack_pointer, frame_pointer : int
        eip, esp, ebp; rip, rsp, rbp; pc, sp, r11 or fp.
    values : tuple of int
        All of them, in the order of `names`.
    names : tuple of str
        What they are called.
    """

    architecture: str
    instruction_pointer: int
    stack_pointer: int
    frame_pointer: int
    values: tuple[int, ...] = field(repr=False)
    names: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread (MINIDUMP_THREAD; MINIDUMP_THREAD_INFO; MINIDUMP_THREAD_NAME).

    Attributes
    ----------
    tid : int
        Its id.
    suspend_count, priority_class, priority : int
        As Windows has them: 0 is a normal priority, -1 one below.
    teb : int
        Address of its environment block.
    stack_start, stack_size : int
        The part of its stack that the dump has.
    registers : Registers or None
        None if the dump has none, or they cannot be read.
    name : str or None
        As SetThreadDescription was told.
    start_address : int or None
        The function that it began with.
    created : datetime or None
        When it began, in UTC.
    user_time, kernel_time : float or None
        Seconds that it has run.
    """

    tid: int
    suspend_count: int
    priority_class: int
    priority: int
    teb: int
    stack_start: int
    stack_size: int
    registers: Registers | None = None
    name: str | None = None
    start_address: int | None = None
    created: datetime | None = None
    user_time: float | None = None
    kernel_time: float | None = None


@dataclass(frozen=True, slots=True)
class Module:
    """A program, DLL or shared library (MINIDUMP_MODULE).

    Attributes
    ----------
    name : str or None
        Its path, as the dump has it; None if it cannot be read.
    base, size : int
        Where it is in the memory of the process.
    timestamp, checksum : int
        From its PE header. In a reproducible build the time is a hash.
    file_version, product_version : tuple of int or None
        Four numbers. None if it has no version.
    pdb_name : str or None
        CodeView: the path of its PDB, as the linker wrote it.
    pdb_guid : UUID or None
        CodeView: what its PDB is known by. breakpad on Linux makes one of the build id.
    pdb_age : int or None
        CodeView: how often that PDB was written.
    build_id : str or None
        Of an ELF file, in hexadecimal.
    """

    name: str | None
    base: int
    size: int
    timestamp: int
    checksum: int
    file_version: tuple[int, int, int, int] | None = None
    product_version: tuple[int, int, int, int] | None = None
    pdb_name: str | None = None
    pdb_guid: UUID | None = None
    pdb_age: int | None = None
    build_id: str | None = None

    @property
    def file_name(self) -> str:
        """The last part of `name`, of paths of Windows and of others; empty without a name."""
        return (self.name or "").replace("\\", "/").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class UnloadedModule:
    """A DLL that was unloaded (MINIDUMP_UNLOADED_MODULE). The same as in `Module`; `name` is without a folder."""

    name: str | None
    base: int
    size: int
    timestamp: int
    checksum: int


@dataclass(frozen=True, slots=True)
class DumpException:
    """Why there is a dump (MINIDUMP_EXCEPTION_STREAM).

    Attributes
    ----------
    tid : int
        The thread that raised it.
    code : int
        An NTSTATUS; of breakpad and crashpad on other systems a signal or a Mach exception. `wer.explain` tells what
        it says.
    flags : int
        1 is "not continuable".
    address : int
        Where. On other systems than Windows the address that could not be used, if there was one.
    parameters : tuple of int
        As many as it has. Of 0xC0000005: 0 read, 1 write, 8 execute; and the address.
    registers : Registers or None
        Of the thread at that moment. Those in `Thread` may be of a handler that ran later.
    module, offset : Module or None, int or None
        The module in which `address` is, and how far from its start; on other systems, in which the instruction pointer
        is.
    unloaded_module : UnloadedModule or None
        If it is in none: the one that was there before, and `offset` is in this.
    """

    tid: int
    code: int
    flags: int
    address: int
    parameters: tuple[int, ...]
    registers: Registers | None = None
    module: Module | None = None
    offset: int | None = None
    unloaded_module: UnloadedModule | None = None


@dataclass(frozen=True, slots=True)
class MemoryRange:
    """Memory of the process that the dump has (MINIDUMP_MEMORY_LIST, MINIDUMP_MEMORY64_LIST).

    Attributes
    ----------
    start, size : int
        Address and bytes.
    offset : int
        Where it lies in the file.
    """

    start: int
    size: int
    offset: int


@dataclass(frozen=True, slots=True)
class MemoryRegion:
    """What the process has at an address, whether the dump has its contents or not (MINIDUMP_MEMORY_INFO).

    Attributes
    ----------
    start, size : int
        Address and bytes.
    allocation_start : int
        Start of the allocation that it is a part of.
    allocation_protect, protect : int
        PAGE_READWRITE is 4, PAGE_EXECUTE_READ is 0x20; winnt.h has the others.
    state : int
        MEM_COMMIT is 0x1000, MEM_RESERVE 0x2000, MEM_FREE 0x10000.
    kind : int
        MEM_PRIVATE is 0x20000, MEM_MAPPED 0x40000, MEM_IMAGE 0x1000000.
    """

    start: int
    size: int
    allocation_start: int
    allocation_protect: int
    protect: int
    state: int
    kind: int


@dataclass(frozen=True, slots=True)
class HandleCount:
    """How many handles of a type the process had (MINIDUMP_HANDLE_DATA_STREAM).

    Attributes
    ----------
    type_name : str
        ``"File"``, ``"Event"``; empty where the dump has no name.
    count : int
        How many.
    """

    type_name: str
    count: int


@dataclass(frozen=True, slots=True)
class TextStream:
    """A stream that is text: what breakpad and crashpad copy from /proc on Linux.

    Attributes
    ----------
    name : str
        The name of the stream: ``"LinuxMaps"``.
    text : str
        Bytes that are not UTF-8 are surrogates. Of LinuxCmdLine and LinuxEnviron, whose texts end with a NUL, each is
        a line.
    """

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class CrashpadModule:
    """What a module told crashpad (MinidumpModuleCrashpadInfo).

    Attributes
    ----------
    index : int
        Which of the dump's modules: ``dump.modules[index]``, unless the list of modules is damaged.
    messages : tuple of str
        The texts without a name.
    annotations : tuple of (str, str)
        Name and value. A value that is no text is in hexadecimal.
    """

    index: int
    messages: tuple[str, ...]
    annotations: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CrashpadInfo:
    """What crashpad adds (MinidumpCrashpadInfo).

    Attributes
    ----------
    report_id, client_id : UUID
        Zero if there is none.
    annotations : tuple of (str, str)
        Of the process: name and value.
    modules : tuple of CrashpadModule
        Those that have any.
    """

    report_id: UUID
    client_id: UUID
    annotations: tuple[tuple[str, str], ...]
    modules: tuple[CrashpadModule, ...]


@dataclass(frozen=True, slots=True)
class BreakpadInfo:
    """What breakpad adds (MINIDUMP_BREAKPAD_INFO).

    Attributes
    ----------
    dump_tid : int or None
        The thread that wrote the dump: it is of no interest.
    requesting_tid : int or None
        The thread that asked for it: it crashed, if there was a crash.
    """

    dump_tid: int | None
    requesting_tid: int | None

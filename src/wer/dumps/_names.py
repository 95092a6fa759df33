"""What the numbers in a dump are called: types of streams, processors, operating systems.

Sources: minidumpapiset.h (MINIDUMP_STREAM_TYPE) and winnt.h (PROCESSOR_ARCHITECTURE_*, VER_PLATFORM_*) of Microsoft;
minidump_format.h of breakpad; minidump_extensions.h of crashpad. 0xFFF0 is what Wine's dbghelp writes.
"""

STREAMS = {
    0: "UnusedStream",
    1: "ReservedStream0",
    2: "ReservedStream1",
    3: "ThreadListStream",
    4: "ModuleListStream",
    5: "MemoryListStream",
    6: "ExceptionStream",
    7: "SystemInfoStream",
    8: "ThreadExListStream",
    9: "Memory64ListStream",
    10: "CommentStreamA",
    11: "CommentStreamW",
    12: "HandleDataStream",
    13: "FunctionTableStream",
    14: "UnloadedModuleListStream",
    15: "MiscInfoStream",
    16: "MemoryInfoListStream",
    17: "ThreadInfoListStream",
    18: "HandleOperationListStream",
    19: "TokenStream",
    20: "JavaScriptDataStream",
    21: "SystemMemoryInfoStream",
    22: "ProcessVmCountersStream",
    23: "IptTraceStream",
    24: "ThreadNamesStream",
    0x8000: "ceStreamNull",
    0x8001: "ceStreamSystemInfo",
    0x8002: "ceStreamException",
    0x8003: "ceStreamModuleList",
    0x8004: "ceStreamProcessList",
    0x8005: "ceStreamThreadList",
    0x8006: "ceStreamThreadContextList",
    0x8007: "ceStreamThreadCallStackList",
    0x8008: "ceStreamMemoryVirtualList",
    0x8009: "ceStreamMemoryPhysicalList",
    0x800A: "ceStreamBucketParameters",
    0x800B: "ceStreamProcessModuleMap",
    0x800C: "ceStreamDiagnosisList",
    0xFFF0: "WineStream",
    0x43500001: "CrashpadInfo",
    0x47670001: "BreakpadInfo",
    0x47670002: "AssertionInfo",
    0x47670003: "LinuxCpuInfo",
    0x47670004: "LinuxProcStatus",
    0x47670005: "LinuxLsbRelease",
    0x47670006: "LinuxCmdLine",
    0x47670007: "LinuxEnviron",
    0x47670008: "LinuxAuxv",
    0x47670009: "LinuxMaps",
    0x4767000A: "LinuxDsoDebug",
    0x4D7A0001: "MozMacosCrashInfo",
    0x4D7A0002: "MozMacosBootargs",
}

PROCESSORS = {
    0: "x86",
    1: "mips",
    3: "ppc",
    5: "arm",
    6: "ia64",
    9: "x64",
    10: "x86",  # on Itanium
    12: "arm64",
    0x8001: "sparc",
    0x8002: "ppc64",
    0x8003: "arm64",  # breakpad's number, from before Microsoft had one
    0x8004: "mips64",
}
NARROW = frozenset({"x86", "arm", "mips", "ppc"})

SYSTEMS = {
    0: "Windows 3.1",
    1: "Windows 9x",
    2: "Windows",
    3: "Windows CE",
    0x8000: "Unix",
    0x8101: "macOS",
    0x8102: "iOS",
    0x8201: "Linux",
    0x8202: "Solaris",
    0x8203: "Android",
    0x8204: "PlayStation 3",
    0x8205: "NaCl",
    0x8206: "Fuchsia",
}


def named(names: dict[int, str], number: int) -> str:
    """The name; of a number without one, that it is unknown, and the number."""
    return names.get(number, f"unknown ({number:#x})")

"""`wer.dumps.read_dump`: dumps of Windows, breakpad and crashpad, beside other readers, and damaged in every way.

Those in tests/data are real: README.md in tests/data/dumps tells who wrote them and whose words expected.json has. The
others are made here, crashpad's too, after its header.
"""

import dataclasses
import io
import json
import os
import pickle
import random
import struct
import sys
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import dumpfiles
import minidump.constants
import minidump.minidumpfile
import pytest
from dumpfiles import DumpFile
from once import once

import wer
from wer.dumps import (
    Dump,
    HandleCount,
    MemoryRange,
    Stream,
    TextStream,
    UnloadedModule,
    _bounds,
    _dump,
    _handles,
    _memory,
    _modules,
    _names,
    _python,
    _read,
    _reading,
    _threads,
    _told,
    read_dump,
)
from wer.service import RingLog

DATA = Path(__file__).parents[1] / "data"
REAL = {
    "test.dmp": DATA / "dumps" / "test.dmp",
    "linux-mini.dmp": DATA / "dumps" / "linux-mini.dmp",
    "dbgcore-22621-normal-python312.dmp": DATA / "dbgcore-22621-normal-python312.dmp",
}
EXPECTED = json.loads((DATA / "dumps" / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture
def read(tmp_path):
    """Write a dump and read it."""

    def read(data):
        path = tmp_path / "made.dmp"
        path.write_bytes(data if isinstance(data, bytes) else data.bytes())
        return read_dump(path)

    return read


def made():
    """A dump that tells its processor, so that nothing is wrong with it."""
    return DumpFile().system()


class TestBesideOtherReaders:
    @pytest.mark.parametrize("name", REAL)
    def test_threads_and_their_registers(self, name):
        threads = {str(thread.tid): thread for thread in read_dump(REAL[name]).threads}
        assert threads.keys() == EXPECTED[name]["threads"].keys()
        for tid, expected in EXPECTED[name]["threads"].items():
            thread = threads[tid]
            registers = dict(zip(thread.registers.names, thread.registers.values, strict=True))
            assert registers.items() >= expected.pop("registers").items()
            assert {field: getattr(thread, field) for field in expected} == expected

    @pytest.mark.parametrize("name", REAL)
    def test_modules(self, name):
        found = sorted(read_dump(REAL[name]).modules, key=lambda module: module.base)
        assert len(found) == len(EXPECTED[name]["modules"])
        for module, expected in zip(found, EXPECTED[name]["modules"], strict=True):
            for field in ("name", "base", "size", "timestamp", "checksum"):
                assert getattr(module, field) == expected[field]
            assert module.file_version == (expected["file_version"] and tuple(expected["file_version"]))
            if module.pdb_guid:
                assert f"{module.pdb_guid.hex.upper()}{module.pdb_age:X}" == expected["debug_id"]
                assert module.pdb_name == expected["debug_file"]
            elif module.build_id:
                assert module.build_id.startswith(expected["code_id"].lower())
                guid = UUID(bytes_le=bytes.fromhex(module.build_id)[:16])
                assert f"{guid.hex.upper()}0" == expected["debug_id"]

    @pytest.mark.parametrize("name", REAL)
    def test_the_system(self, name):
        dump, expected = read_dump(REAL[name]), EXPECTED[name]
        assert int(dump.created.timestamp()) == expected["created"]
        assert dump.system.os == expected["os"].removesuffix(" NT")
        assert {"x64": "amd64"}.get(dump.system.architecture, dump.system.architecture) == expected["cpu"]
        assert dump.system.processors == expected["cpu_count"]
        if dump.system.os == "Windows":
            assert ".".join(map(str, dump.system.version)) == expected["os_version"]
            assert (dump.system.service_pack or "") == expected["os_build"]
        assert (dump.exception is not None) == expected["crashed"]

    def test_names_of_streams(self):
        """The package `minidump` counts Windows CE's on from 24; Microsoft's header has them from 0x8000 on."""
        theirs = {kind.value: kind.name for kind in minidump.constants.MINIDUMP_STREAM_TYPE if kind.value < 0xFFFF}
        theirs = {kind if kind < 25 else 0x8000 + kind - 25: name for kind, name in theirs.items()}
        assert len(theirs) == 37
        for kind, name in theirs.items():
            assert (kind, _names.STREAMS[kind]) == (kind, name)

    @pytest.mark.parametrize("name", ["test.dmp", "dbgcore-22621-normal-python312.dmp"])
    def test_memory(self, name):
        """The package `minidump`, with which the tests of WER's calls look at dumps, too."""
        path, dump = REAL[name], read_dump(REAL[name])
        other = minidump.minidumpfile.MinidumpFile.parse_bytes(path.read_bytes())
        segments = other.memory_segments.memory_segments
        assert [(s.start_virtual_address, s.size, s.start_file_address) for s in segments] == [
            (memory.start, memory.size, memory.offset) for memory in dump.memory
        ]
        for memory in dump.memory:
            assert dump.read(memory.start, memory.size) == other.get_reader().read(memory.start, memory.size)


class TestRealDumps:
    def test_an_access_violation_on_windows_xp(self):
        dump = read_dump(REAL["test.dmp"])
        assert dump.problems == ()
        exception = dump.exception
        assert (exception.code, exception.tid, exception.parameters) == (0xC0000005, 3060, (1, 69))
        assert (exception.module.file_name, exception.offset) == ("test_app.exe", 0x429E)
        assert exception.registers.instruction_pointer == exception.address == 0x40429E
        assert dump.module_at(exception.address) is dump.modules[0] is exception.module
        assert dump.breakpad == wer.dumps.BreakpadInfo(dump_tid=4544, requesting_tid=3060)
        assert dump.system.service_pack == "Service Pack 2"
        assert dump.system.cpu_vendor == "GenuineIntel"
        assert dump.process.pid == 3932
        assert dump.process.created == datetime(2007, 2, 14, 19, 13, 55, tzinfo=UTC)
        thread = dump.threads[0]
        assert dump.read(thread.stack_start, thread.stack_size)
        assert dump.python is dump.python_version is None

    def test_a_segmentation_fault_on_linux(self):
        dump = read_dump(REAL["linux-mini.dmp"])
        assert dump.problems == ()
        assert (dump.exception.code, dump.exception.address) == (11, 69)
        assert (dump.exception.module.name, dump.exception.offset) == ("/work/linux/build/crash", 0x1D72)
        assert dump.process.pid == 1304
        texts = {text.name: text.text for text in dump.texts}
        assert texts["LinuxCmdLine"] == "./crash"
        assert texts["LinuxMaps"].startswith("00400000-0041a000 r-xp")
        assert "DISTRIB_ID=Ubuntu\n" in texts["LinuxLsbRelease"]
        assert "\0" not in texts["LinuxEnviron"]
        assert [stream.name for stream in dump.streams if stream.stream_type >> 16 == 0x4767] == [
            *("LinuxCpuInfo", "LinuxProcStatus", "LinuxLsbRelease", "LinuxCmdLine"),
            *("LinuxEnviron", "LinuxAuxv", "LinuxMaps", "LinuxDsoDebug"),
        ]
        assert dump.system.service_pack.startswith("Linux 4.9.60-linuxkit")

    def test_microsofts_of_a_python(self):
        dump = read_dump(REAL["dbgcore-22621-normal-python312.dmp"])
        assert dump.problems == ()
        assert dump.flags is wer.MinidumpType.NORMAL
        assert dump.python_version == "3.12.9"
        assert dump.python.file_name == "python312.dll"
        assert dump.process.integrity_level == 0x3000
        assert dump.system.version == (10, 0, 18362)
        assert {stream.name for stream in dump.streams} >= {"SystemMemoryInfoStream", "ProcessVmCountersStream"}
        assert dump.read_ring_log() is None

    def test_a_fuzzers(self):
        """rust-minidump once failed on its ranges. That one says where each of its streams is not."""
        dump = read_dump(DATA / "dumps" / "invalid-range.dmp")
        assert len([problem for problem in dump.problems if "beyond the end of the file" in problem]) == 3
        assert (dump.threads, dump.modules, dump.memory, dump.exception) == ((), (), (), None)

    def test_a_path_may_be_of_any_kind(self):
        path = REAL["test.dmp"]
        assert read_dump(str(path)) == read_dump(path)
        assert read_dump(path).path == str(path.resolve())
        assert read_dump(path).size == path.stat().st_size

    def test_no_file_is_kept_open(self, tmp_path):
        path = tmp_path / "a.dmp"
        path.write_bytes(REAL["test.dmp"].read_bytes())
        dump = read_dump(path)
        assert dump.read(dump.memory[0].start, 4)
        path.unlink()  # Windows refuses that for an open file
        with pytest.raises(FileNotFoundError):
            dump.read(dump.memory[0].start, 4)

    @pytest.mark.parametrize("name", REAL)
    def test_a_file_that_is_cut_while_it_is_read(self, name):
        """By whoever cleans up, or writes it anew: at its first read, its second, and so on."""
        data = REAL[name].read_bytes()

        class Cut(io.BytesIO):
            def read(self, size=-1):
                nonlocal reads
                reads += 1
                if reads == cut_at:
                    self.truncate(20)
                return super().read(size)

        cut_at = reads = 0
        _read.read_with(lambda: Cut(data), "a.dmp")
        assert reads > 10
        for cut_at in range(1, reads + 1):
            reads = 0
            try:
                dump = _read.read_with(lambda: Cut(data), "a.dmp")
            except ValueError as error:
                assert (cut_at, str(error)) == (1, "a.dmp was cut while it was read: read it again when it is written")  # noqa: PT017
            else:
                assert dump.problems

    def test_a_file_that_has_changed_is_not_read(self, tmp_path):
        path = tmp_path / "a.dmp"
        path.write_bytes(REAL["test.dmp"].read_bytes())
        dump = read_dump(path)
        path.write_bytes(b"another")
        with pytest.raises(ValueError, match=r"a\.dmp has been changed since it was read: read it again"):
            dump.read(dump.memory[0].start, 4)

    def test_results_are_fixed(self):
        dump = read_dump(REAL["test.dmp"])
        with pytest.raises(dataclasses.FrozenInstanceError):
            dump.path = "other"
        with pytest.raises(dataclasses.FrozenInstanceError):
            dump.modules[0].name = "other"
        assert "_open" not in repr(dump)
        assert "_by_address" not in repr(dump)
        assert "values=" not in repr(dump.exception.registers)
        assert "names=" not in repr(dump.exception.registers)

    @pytest.mark.parametrize("kind", [kind for kind in vars(_told).values() if dataclasses.is_dataclass(kind)])
    def test_what_is_not_told_is_none(self, kind):
        defaults = {field.name: field.default for field in dataclasses.fields(kind)}
        assert {name for name, default in defaults.items() if default is None} == {
            field.name for field in dataclasses.fields(kind) if field.default is not dataclasses.MISSING
        }

    def test_it_can_be_pickled(self):
        dump = read_dump(REAL["test.dmp"])
        again = pickle.loads(pickle.dumps(dump))  # noqa: S301
        assert again == dump
        assert again.read(dump.memory[0].start, 50) == dump.read(dump.memory[0].start, 50) != b""


class TestStreams:
    def test_a_dump_with_nothing_wrong(self, read):
        dump = read(made())
        assert dump.problems == ()
        assert dump.streams == (Stream(7, "SystemInfoStream", 32, 56),)
        assert (dump.system.os, dump.system.architecture, dump.system.processors) == ("Windows", "x64", 8)
        assert dump.created == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
        assert dump.system.cpu_vendor is None
        assert dump.process == wer.dumps.ProcessInfo()

    def test_the_system(self, read):
        """Each number is another one."""
        numbers = dumpfiles.X86, 6, 0x5504, 8, 3, 10, 1, 22631, dumpfiles.WINDOWS, 0
        data = struct.pack("<3H2B5I4x12s12x", *numbers, b"CentaurHauls")
        assert read(DumpFile().stream(dumpfiles.SYSTEM, data)).system == wer.dumps.SystemInfo(
            os="Windows",
            version=(10, 1, 22631),
            service_pack=None,
            product_type=3,
            architecture="x86",
            processors=8,
            processor_level=6,
            processor_revision=0x5504,
            cpu_vendor="CentaurHauls",
        )

    @pytest.mark.parametrize(
        ("number", "name"),
        [
            *((0, "x86"), (1, "mips"), (3, "ppc"), (5, "arm"), (6, "ia64"), (9, "x64"), (10, "x86"), (12, "arm64")),
            *((0x8001, "sparc"), (0x8002, "ppc64"), (0x8003, "arm64"), (0x8004, "mips64")),
            *((2, "unknown (0x2)"), (0xFFFF, "unknown (0xffff)")),
        ],
    )
    def test_processors(self, read, number, name):
        """By winnt.h and breakpad's minidump_format.h."""
        assert read(DumpFile().system(number)).system.architecture == name

    @pytest.mark.parametrize(
        ("number", "name"),
        [
            *((0, "Windows 3.1"), (1, "Windows 9x"), (2, "Windows"), (3, "Windows CE"), (0x8000, "Unix")),
            *((0x8101, "macOS"), (0x8102, "iOS"), (0x8201, "Linux"), (0x8202, "Solaris"), (0x8203, "Android")),
            *((0x8204, "PlayStation 3"), (0x8205, "NaCl"), (0x8206, "Fuchsia"), (4, "unknown (0x4)")),
        ],
    )
    def test_systems(self, read, number, name):
        """By winnt.h and breakpad's minidump_format.h."""
        assert read(DumpFile().system(os=number)).system.os == name

    def test_flags_that_nobody_knows_are_kept(self, read):
        dump = read(made().bytes(flags=0x8000_0000_0000_0806))
        assert dump.flags == 0x8000_0000_0000_0806
        assert wer.MinidumpType.WITH_FULL_MEMORY in dump.flags

    def test_no_time(self, read):
        assert read(made().bytes(created=0)).created is None

    @pytest.mark.parametrize("kind", [0xFFF0, 0x12345678, 25, 2, 0x8001])
    def test_streams_that_nothing_here_reads_are_listed(self, read, kind):
        dump = read(made().stream(kind, b"their own"))
        assert dump.problems == ()
        stream = dump.streams[1]
        assert (stream.stream_type, stream.size) == (kind, 9)
        assert (stream.name != "") == (kind in (0xFFF0, 2, 0x8001)), "empty for a type that nobody knows"
        assert dump.read_stream(stream) == b"their own"

    def test_several_that_nobody_knows(self, read):
        dump = read(made().stream(0x12345678, b"one").stream(0x12345678, b"two").stream(0x12345679, b"three"))
        assert dump.problems == ()
        assert [dump.read_stream(stream) for stream in dump.streams[1:]] == [b"one", b"two", b"three"]

    def test_unused_entries(self, read):
        dump = made()
        dump.streams += [(0, 0, 0), (0, 0xFFFFFFFF, 0xFFFFFFFF)]
        assert read(dump).problems == ()

    def test_the_first_of_two_is_read(self, read):
        dump = read(made().system(dumpfiles.X86))
        assert dump.system.architecture == "x64"
        [problem] = dump.problems
        assert problem.startswith("SystemInfoStream, offset 0x58: there is another one of this type")

    @pytest.mark.parametrize(
        ("processor", "context", "architecture"),
        [
            (dumpfiles.X64, dumpfiles.context_x64(0x1111, 0x2222, 0x3333), "x64"),
            (dumpfiles.X86, dumpfiles.context_x86(0x1111, 0x2222, 0x3333), "x86"),
            (dumpfiles.ARM64, dumpfiles.context_arm64(0x1111, 0x2222, 0x3333), "arm64"),
            (dumpfiles.OLD_ARM64, dumpfiles.context_arm64(0x1111, 0x2222, 0x3333, flags=0x80000006), "arm64"),
            (dumpfiles.ARM, dumpfiles.context_arm(0x1111, 0x2222, 0x3333), "arm"),
            (dumpfiles.ARM, dumpfiles.context_arm(0x1111, 0x2222, 0x3333, flags=0x40000006), "arm"),
        ],
    )
    def test_registers(self, read, processor, context, architecture):
        dump = DumpFile().system(processor)
        place = dump.put(context)
        dump.listed(dumpfiles.THREADS, [dumpfiles.thread(7, (len(context), place))])
        found = read(dump)
        assert found.problems == ()
        registers = found.threads[0].registers
        assert registers.architecture == architecture
        at = registers.instruction_pointer, registers.stack_pointer, registers.frame_pointer
        assert at == (0x1111, 0x2222, 0x3333)
        assert len(registers.names) == len(registers.values)
        assert set(registers.values) >= {0x1111, 0x2222, 0x3333}

    def test_registers_of_another_processor(self, read):
        dump = made()
        context = dumpfiles.context_x86(1, 2, 3)
        place = dump.put(context)
        dump.listed(dumpfiles.THREADS, [dumpfiles.thread(7, (len(context), place)), dumpfiles.thread(8)])
        found = read(dump)
        assert [thread.registers for thread in found.threads] == [None, None]
        assert found.problems == (
            f"ThreadListStream, offset {place:#x}: the registers of thread 7 are not those of x64",
        )

    @pytest.mark.parametrize(
        ("processor", "context", "flags"),
        [
            (dumpfiles.X64, dumpfiles.context_x64(1, 2, 3), 48),
            (dumpfiles.X86, dumpfiles.context_x86(1, 2, 3), 0),
            (dumpfiles.ARM64, dumpfiles.context_arm64(1, 2, 3), 0),
            (dumpfiles.ARM, dumpfiles.context_arm(1, 2, 3), 0),
        ],
    )
    def test_registers_whose_flags_name_no_processor(self, read, processor, context, flags):
        dump = DumpFile().system(processor)
        context = bytearray(context)
        struct.pack_into("<I", context, flags, 0xFFFF)
        dump.listed(dumpfiles.THREADS, [dumpfiles.thread(7, (len(context), dump.put(context)))])
        assert read(dump).threads[0].registers is None

    def test_threads_with_names_and_times(self, read):
        dump = made()
        names = [struct.pack("<IQ", 7, dump.text("worker 😀")), struct.pack("<IQ", 9, dump.text("no such thread"))]
        dump.listed(dumpfiles.THREAD_NAMES, names)
        info = struct.pack("<4I6Q", 7, 0, 0, 0, 133_000_000_000_000_000, 0, 15_000_000, 20_000_000, 0x1400, 0xFF)
        dump.stream(dumpfiles.THREAD_INFOS, struct.pack("<3I", 12, 64, 1) + info)
        dump.listed(dumpfiles.THREADS, [dumpfiles.thread(7), dumpfiles.thread(8)])
        found = read(dump)
        assert found.problems == ()
        named, plain = found.threads
        assert (named.name, named.start_address) == ("worker 😀", 0x1400)
        assert (named.kernel_time, named.user_time) == (1.5, 2.0)
        assert named.created == datetime(2022, 6, 18, 4, 26, 40, tzinfo=UTC)
        assert (plain.name, plain.created, plain.start_address) == (None, None, None)

    def test_a_priority_below_normal(self, read):
        assert read(made().listed(dumpfiles.THREADS, [dumpfiles.thread(7, priority=-1)])).threads[0].priority == -1

    def test_the_extended_list_of_threads(self, read):
        assert [thread.tid for thread in read(
            made().listed(dumpfiles.THREADS_EX, [dumpfiles.thread(7) + bytes(16), dumpfiles.thread(8) + bytes(16)])
        ).threads] == [7, 8]  # fmt: skip

    def test_a_list_with_something_behind_it(self, read):
        dump = made().listed(dumpfiles.THREADS, [dumpfiles.thread(7), dumpfiles.thread(8), bytes(40)], count=2)
        found = read(dump)
        assert ([thread.tid for thread in found.threads], found.problems) == ([7, 8], ())

    def test_a_list_may_be_aligned(self, read):
        """breakpad leaves 4 bytes between the count and the entries on some systems."""
        found = read(made().listed(dumpfiles.THREADS, [dumpfiles.thread(7), dumpfiles.thread(8)], padding=bytes(4)))
        assert [thread.tid for thread in found.threads] == [7, 8]
        assert found.problems == ()

    def test_modules(self, read):
        dump = made()
        record = dumpfiles.codeview("C:\\b\\app.pdb")
        record_at = len(record), dump.put(record)
        elf = b"LEpB" + bytes.fromhex("ab" * 20)
        old = b"NB10" + struct.pack("<3I", 0, 0x1234, 2) + b"old.pdb\0\0\0"
        dump.listed(
            dumpfiles.MODULES,
            [
                dumpfiles.module(dump.text("C:\\app.exe"), 0x1000, version=(1, 2, 3, 4), codeview=record_at),
                dumpfiles.module(dump.text("/lib/libc.so"), 0x3000, codeview=(len(elf), dump.put(elf))),
                dumpfiles.module(dump.text("old.dll"), 0x5000, codeview=(len(old), dump.put(old))),
                dumpfiles.module(dump.text("lone \ud800"), 0x7000, codeview=(4, dump.put(b"NB09"))),
                dumpfiles.module(0, 0x9000, codeview=(len(old) - 3, dump.put(old[:-3]))),
            ],
        )  # fmt: skip
        found = read(dump)
        assert found.problems == ()
        first, second, third, fourth, fifth = found.modules
        assert (first.file_name, first.file_version, first.product_version) == ("app.exe", (1, 2, 3, 4), (1, 2, 3, 4))
        assert (first.pdb_name, first.pdb_age) == ("C:\\b\\app.pdb", 3)
        assert first.pdb_guid == UUID("03020100-0504-0706-0809-0a0b0c0d0e0f")
        assert (second.file_name, second.build_id, second.file_version) == ("libc.so", "ab" * 20, None)
        assert (third.pdb_name, third.pdb_age, third.pdb_guid) == ("old.pdb", 2, None)
        assert (fourth.name, fourth.pdb_name) == ("lone \ud800", None)
        assert fifth.pdb_name == "old.pdb", "without a NUL"
        assert [found.module_at(address) for address in (0xFFF, 0x1000, 0x1FFF, 0x2000)] == [None, first, first, None]

    @pytest.mark.parametrize(
        ("record", "told"),
        [
            (dumpfiles.codeview("x")[:24], ("", UUID("03020100-0504-0706-0809-0a0b0c0d0e0f"), 3, None)),
            (dumpfiles.codeview("x")[:23], (None, None, None, None)),
            (b"NB10" + struct.pack("<3I", 0, 1, 2), ("", None, 2, None)),
            (b"NB10" + struct.pack("<3I", 0, 1, 2)[:-1], (None, None, None, None)),
            (b"LEpB" + b"\xab" * 64, (None, None, None, "ab" * 64)),
            (b"LEpB", (None, None, None, None)),
        ],
    )
    def test_records_that_are_short_or_long(self, read, record, told):
        dump = made()
        dump.listed(dumpfiles.MODULES, [dumpfiles.module(0, 0, codeview=(len(record), dump.put(record)))])
        found = read(dump)
        [module] = found.modules
        assert (module.pdb_name, module.pdb_guid, module.pdb_age, module.build_id) == told
        assert found.problems == ()

    def test_the_versions_of_a_file_and_of_its_product(self, read):
        module = bytearray(dumpfiles.module(0, 0x1000, version=(1, 2, 3, 4)))
        struct.pack_into("<4H", module, 40, 6, 5, 8, 7)  # of each half the low one is first
        [found] = read(made().listed(dumpfiles.MODULES, [bytes(module)])).modules
        assert (found.file_version, found.product_version) == ((1, 2, 3, 4), (5, 6, 7, 8))

    @pytest.mark.parametrize(
        ("name", "version", "expected"),
        [
            ("C:\\Python312\\python312.dll", (3, 12, 10150, 1013), "3.12.10"),
            ("C:\\Python313\\python313t.dll", (3, 13, 122, 0), "3.13.0rc2"),
            ("D:\\b\\python315_d.dll", (3, 15, 103, 0), "3.15.0a3"),
            ("D:\\b\\PYTHON39.DLL", (3, 9, 13150, 0), "3.9.13"),
            ("D:\\b\\python312.dll", (1, 0, 0, 0), "3.12"),
            ("D:\\b\\python312.dll", None, "3.12"),
            ("/usr/lib/libpython3.12.so.1.0", None, "3.12"),
            ("/usr/lib/libpython3.13td.so", None, "3.13"),
            ("/opt/libpython3.11.dylib", None, "3.11"),
            ("C:\\Python312\\python3.dll", (3, 12, 10150, 1013), None),
            ("C:\\Python312\\python.exe", (3, 12, 10150, 1013), None),
            ("C:\\b\\notpython312.dll", (3, 12, 10150, 1013), None),
        ],
    )
    def test_which_python(self, read, name, version, expected):
        dump = made()
        dump.listed(dumpfiles.MODULES, [dumpfiles.module(dump.text(name), 0x1000, version=version)])
        assert read(dump).python_version == expected

    def test_an_exception_in_a_module(self, read):
        dump = made()
        context = dumpfiles.context_x64(0x1400)
        place = dump.put(context)
        dump.listed(dumpfiles.MODULES, [dumpfiles.module(dump.text("app.exe"), 0x1000)])
        dump.stream(dumpfiles.EXCEPTION, dumpfiles.exception(7, 0xC0000409, 0x1400, (7, 1 << 63), (1232, place)))
        exception = read(dump).exception
        assert (exception.tid, exception.code, exception.parameters) == (7, 0xC0000409, (7, 1 << 63))
        assert (exception.module.name, exception.offset) == ("app.exe", 0x400)
        assert exception.registers.instruction_pointer == 0x1400
        assert exception.unloaded_module is None

    def test_an_exception_and_all_it_says(self, read):
        numbers = 7, 0xC0000005, 1, 0, 0x1400, 15, *range(100, 115), 0, 0
        found = read(made().stream(dumpfiles.EXCEPTION, struct.pack("<I4x2I2QI4x15Q2I", *numbers)))
        assert found.exception == wer.dumps.DumpException(7, 0xC0000005, 1, 0x1400, tuple(range(100, 115)))
        assert found.problems == (), "as many parameters as may be"

    @pytest.mark.parametrize(("os", "offset"), [(dumpfiles.WINDOWS, 0x400), (dumpfiles.LINUX, 0x10)])
    def test_where_an_exception_was(self, read, os, offset):
        """On Windows its address tells that; elsewhere this is what could not be used, and the registers do."""
        dump = DumpFile().system(os=os)
        context = dumpfiles.context_x64(0x3010)
        dump.listed(dumpfiles.MODULES, [dumpfiles.module(0, 0x1000), dumpfiles.module(0, 0x3000)])
        place = len(context), dump.put(context)
        dump.stream(dumpfiles.EXCEPTION, dumpfiles.exception(7, 11, 0x1400, context=place))
        found = read(dump)
        assert (found.exception.module, found.exception.offset) == (found.modules[offset == 0x10], offset)

    @pytest.mark.parametrize(("address", "offset"), [(0x4FFF, None), (0x5000, 0), (0x5FFF, 0xFFF), (0x6000, None)])
    def test_the_bounds_of_a_module_that_was_unloaded(self, read, address, offset):
        dump = made()
        dump.stream(dumpfiles.UNLOADED, struct.pack("<3IQ4I", 12, 24, 1, 0x5000, 0x1000, 1, 2, 0))
        dump.stream(dumpfiles.EXCEPTION, dumpfiles.exception(7, 0xC0000005, address))
        exception = read(dump).exception
        assert (exception.unloaded_module is not None, exception.offset) == (offset is not None, offset)

    def test_an_exception_in_a_module_that_was_unloaded(self, read):
        dump = made()
        entry = struct.pack("<Q4I", 0x5000, 0x1000, 2, 1, dump.text("hook.dll"))
        dump.stream(dumpfiles.UNLOADED, struct.pack("<3I", 12, 24, 1) + entry)
        dump.stream(dumpfiles.EXCEPTION, dumpfiles.exception(7, 0xC0000005, 0x5010))
        found = read(dump)
        assert found.unloaded_modules == (UnloadedModule("hook.dll", 0x5000, 0x1000, 1, 2),)
        exception = found.exception
        assert (exception.module, exception.unloaded_module, exception.offset) == (
            None,
            found.unloaded_modules[0],
            0x10,
        )

    def test_the_process(self, read):
        text = "19041.1.amd64fre".encode("utf-16-le"), "dbgcore.amd64,10.0.22621.1".encode("utf-16-le")
        misc = struct.pack("<6I20xI184x520s80s", 832, 0x1F3, 1234, 1_700_000_000, 5, 6, 0x2000, *text)
        process = read(made().stream(dumpfiles.MISC, misc)).process
        assert (process.pid, process.user_time, process.kernel_time) == (1234, 5, 6)
        assert process.created == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
        assert process.integrity_level == 0x2000
        assert process.os_build_text == "19041.1.amd64fre"
        assert process.writer_build_text == "dbgcore.amd64,10.0.22621.1"

    @pytest.mark.parametrize(
        ("processor", "size", "vendor"),
        [
            (dumpfiles.X86, 56, "GenuineIntel"),
            (dumpfiles.X64, 44, "GenuineIntel"),
            (dumpfiles.X64, 43, None),
            (dumpfiles.ARM64, 56, None),
        ],
    )
    def test_who_made_the_processor(self, read, processor, size, vendor):
        data = struct.pack("<3H2B5I4x12s12x", processor, 6, 0, 8, 1, 10, 0, 1, 2, 0, b"GenuineIntel")
        assert read(DumpFile().stream(dumpfiles.SYSTEM, data, size)).system.cpu_vendor == vendor

    @pytest.mark.parametrize(
        ("bits", "told"),
        [
            (1, {"pid": 1234}),
            (2, {"created": datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC), "user_time": 5, "kernel_time": 6}),
        ],
    )
    def test_which_of_it_is_valid(self, read, bits, told):
        misc = struct.pack("<6I", 24, bits, 1234, 1_700_000_000, 5, 6)
        assert read(made().stream(dumpfiles.MISC, misc)).process == wer.dumps.ProcessInfo(**told)

    def test_the_id_of_the_process_is_not_taken_from_a_text_if_it_is_told(self, read):
        dump = made().stream(dumpfiles.MISC, struct.pack("<6I", 24, 1, 1234, 0, 0, 0))
        assert read(dump.stream(dumpfiles.STATUS, b"Pid:\t42\n")).process.pid == 1234

    @pytest.mark.parametrize(
        ("size", "bits", "integrity", "build"),
        [
            (832, 0x10 | 0x100, 0x2000, "19041"),
            (832, 0x10, 0x2000, None),
            (832, 0x100, None, "19041"),
            (831, 0x10 | 0x100, 0x2000, None),
            (48, 0x10 | 0x100, 0x2000, None),
            (47, 0x10 | 0x100, None, None),
        ],
    )
    def test_of_older_systems_it_is_shorter(self, read, size, bits, integrity, build):
        misc = struct.pack("<6I20xI184x520s80s", 832, bits, 0, 0, 0, 0, 0x2000, *["19041".encode("utf-16-le")] * 2)
        dump = read(made().stream(dumpfiles.MISC, misc, size))
        assert dump.problems == ()
        assert dump.process == wer.dumps.ProcessInfo(
            integrity_level=integrity, os_build_text=build, writer_build_text=build
        )

    def test_what_is_not_valid_of_it_is_not_told(self, read):
        misc = struct.pack("<6I", 24, 0, 1234, 1_700_000_000, 5, 6)
        assert read(made().stream(dumpfiles.MISC, misc)).process == wer.dumps.ProcessInfo()

    def test_regions(self, read):
        entry = struct.pack("<2QI4xQ3I4x", 0x10000, 0x8000, 2, 0x2000, 0x1000, 4, 0x20000)
        dump = read(made().stream(dumpfiles.REGIONS, struct.pack("<2IQ", 16, 48, 2) + entry * 2))
        region = wer.dumps.MemoryRegion(
            start=0x10000,
            size=0x2000,
            allocation_start=0x8000,
            allocation_protect=2,
            protect=4,
            state=0x1000,
            kind=0x20000,
        )
        assert dump.regions == (region, region)

    def test_handles_are_counted(self, read):
        dump = made()
        file, event = dump.text("File"), dump.text("Event")
        entries = [struct.pack("<Q6I", n, name, 0, 0, 0, 0, 0) for n, name in enumerate([file] * 3 + [event] + [0] * 2)]
        dump.stream(dumpfiles.HANDLES, struct.pack("<4I", 16, 32, len(entries), 0) + b"".join(entries))
        assert read(dump).handles == (HandleCount("File", 3), HandleCount("", 2), HandleCount("Event", 1))

    def test_types_of_handles_are_bounded(self, read, monkeypatch):
        """What is beyond is counted as of no type."""
        monkeypatch.setattr(_handles, "MAX_HANDLE_TYPES", 2)
        dump = made()
        names = [dump.text(name) for name in "ABCAD"]
        entries = b"".join(struct.pack("<Q6I", 0, name, 0, 0, 0, 0, 0) for name in names)
        dump.stream(dumpfiles.HANDLES, struct.pack("<4I", 16, 32, 5, 0) + entries)
        assert read(dump).handles == (HandleCount("A", 2), HandleCount("", 2), HandleCount("B", 1))

    def test_comments(self, read):
        dump = made().stream(dumpfiles.COMMENT_A, b"plain \xff\0rest\0")
        dump.stream(dumpfiles.COMMENT_W, "wide \ud800€".encode("utf-16-le", "surrogatepass"))
        assert read(dump).comments == ("plain \udcff", "wide \ud800€")

    def test_texts_of_linux(self, read):
        dump = DumpFile().system(os=dumpfiles.LINUX)
        dump.stream(dumpfiles.COMMAND_LINE, b"python\0-c\0\0X\0\0").stream(dumpfiles.STATUS, b"Name:\tx\nPid:\t42\n")
        found = read(dump)
        assert TextStream("LinuxCmdLine", "python\n-c\n\nX") in found.texts
        assert found.process.pid == 42

    @pytest.mark.parametrize(("valid", "ids"), [(0, (None, None)), (1, (7, None)), (2, (None, 8)), (3, (7, 8))])
    def test_breakpads_threads(self, read, valid, ids):
        info = read(made().stream(dumpfiles.BREAKPAD, struct.pack("<3I", valid, 7, 8))).breakpad
        assert (info.dump_tid, info.requesting_tid) == ids

    def test_addresses_of_a_32_bit_process(self, read):
        """From 2 GiB on they may be stored with their sign."""
        dump = DumpFile().system(dumpfiles.X86)
        dump.listed(dumpfiles.MODULES, [dumpfiles.module(dump.text("a.dll"), 0xFFFF_FFFF_9000_0000)])
        dump.stream(dumpfiles.EXCEPTION, dumpfiles.exception(1, 1, 0xFFFF_FFFF_9000_0010))
        found = read(dump)
        assert found.modules[0].base == 0x9000_0000
        assert found.exception.offset == 0x10
        assert found.exception.module is found.modules[0]

    def test_every_address_of_a_32_bit_process(self, read):
        high, low = 0xFFFF_FFFF_9000_0000, 0x9000_0000
        dump = DumpFile().system(dumpfiles.X86)
        dump.listed(dumpfiles.THREADS, [dumpfiles.thread(7, teb=high, stack=(high + 16, 0, 0))])
        info = struct.pack("<4I6Q", 7, 0, 0, 0, 0, 0, 0, 0, high, 0)
        dump.stream(dumpfiles.THREAD_INFOS, struct.pack("<3I", 12, 64, 1) + info)
        dump.stream(dumpfiles.UNLOADED, struct.pack("<3IQ4I", 12, 24, 1, high, 0x1000, 1, 2, 0))
        dump.listed(dumpfiles.MODULES, [dumpfiles.module(0, 0x1_0000_0010)])
        dump.listed(dumpfiles.MEMORY, [struct.pack("<Q2I", high, 4, dump.put(b"abcd"))])
        dump.stream(dumpfiles.MEMORY_64, struct.pack("<4Q", 1, dump.put(b"efgh"), high + 4, 4))
        dump.stream(dumpfiles.EXCEPTION, dumpfiles.exception(7, 0xC0000005, high, (0, high)))
        found = read(dump)
        [thread] = found.threads
        assert (thread.teb, thread.stack_start, thread.start_address) == (low, low + 16, low)
        assert found.unloaded_modules[0].base == low
        assert found.read(low, 8) == b"abcdefgh"
        assert (found.exception.address, found.exception.parameters) == (low, (0, low))
        assert found.modules[0].base == 0x1_0000_0010, "what is no sign stays"

    def test_those_of_a_64_bit_process_stay(self, read):
        dump = made().stream(dumpfiles.EXCEPTION, dumpfiles.exception(1, 1, 0xFFFF_FFFF_9000_0010))
        assert read(dump).exception.address == 0xFFFF_FFFF_9000_0010


def crashpad(dump, annotations=(("ver", "1"),), modules=1):
    """crashpad's stream, after minidump_extensions.h."""
    pairs = struct.pack("<I", len(annotations))
    pairs += b"".join(struct.pack("<2I", dump.utf_8(name), dump.utf_8(value)) for name, value in annotations)
    messages = struct.pack("<2I", 1, dump.utf_8("abort: because"))
    value = dump.put(struct.pack("<I", 4) + "tür".encode())
    odd = dump.put(struct.pack("<I", 2) + b"\x01\xff")
    objects = struct.pack("<I", 2)
    objects += struct.pack("<IHHI", dump.utf_8("ptype"), 1, 0, value)
    objects += struct.pack("<IHHI", dump.utf_8("bits"), 0x8001, 0, odd)
    pairs_at, messages_at, objects_at = dump.put(pairs), dump.put(messages), dump.put(objects)
    module = struct.pack("<I6I", 1, len(messages), messages_at, len(pairs), pairs_at, len(objects), objects_at)
    module_at = dump.put(module)
    links = struct.pack("<I", modules) + struct.pack("<3I", 0, len(module), module_at) * modules
    links_at = dump.put(links)
    ids = bytes(range(16)), bytes(range(16, 32))
    info = struct.pack("<I16s16s4IIQ", 1, *ids, len(pairs), pairs_at, len(links), links_at, 0, 0)
    return dump.stream(dumpfiles.CRASHPAD, info)


class TestCrashpad:
    def test_its_annotations(self, read):
        dump = read(crashpad(made(), (("prod", "Spooler"), ("ver", "4.2.1 😀"))))
        assert dump.problems == ()
        info = dump.crashpad
        assert info.report_id == UUID("03020100-0504-0706-0809-0a0b0c0d0e0f")
        assert info.client_id == UUID("13121110-1514-1716-1819-1a1b1c1d1e1f")
        assert info.annotations == (("prod", "Spooler"), ("ver", "4.2.1 😀"))
        [module] = info.modules
        assert (module.index, module.messages) == (0, ("abort: because",))
        assert module.annotations == (*info.annotations, ("ptype", "tür"), ("bits", "01ff"))

    def test_lists_that_share_their_entries_are_bounded(self, read):
        dump = read(crashpad(made(), [("name", "value")] * 1000, modules=1000))
        total = sum(len(module.annotations) + len(module.messages) for module in dump.crashpad.modules)
        assert _bounds.MAX_ANNOTATIONS - 2000 < total <= _bounds.MAX_ANNOTATIONS, "lists count, too"
        assert any("are left out" in problem for problem in dump.problems)

    @pytest.mark.parametrize("size", [_bounds.MAX_NAME, _bounds.MAX_NAME + 1])
    def test_an_annotation_as_large_as_may_be(self, read, size):
        dump = made()
        value = struct.pack("<I", size) + bytes(size)
        objects = struct.pack("<IIHHI", 1, dump.utf_8("big"), 2, 0, dump.put(value))
        module = struct.pack("<I6I", 1, 0, 0, 0, 0, len(objects), dump.put(objects))
        links = struct.pack("<4I", 1, 0, len(module), dump.put(module))
        dump.stream(dumpfiles.CRASHPAD, struct.pack("<I32x4I", 1, 0, 0, len(links), dump.put(links)))
        found = read(dump)
        [module] = found.crashpad.modules
        if size == _bounds.MAX_NAME:
            assert module.annotations == (("big", "00" * size),)
            assert found.problems == ()
        else:
            assert module.annotations == ()
            assert "an annotation of 65535 bytes is left out" in found.problems[0]

    @pytest.mark.parametrize("place", range(4, 52, 4))
    @pytest.mark.parametrize("value", [1, 0x20, 0xFFFFFFF0, 0xFFFFFFFF])
    def test_damaged(self, read, place, value):
        dump = crashpad(made())
        stream = dump.streams[-1]
        struct.pack_into("<I", dump.data, stream[2] + place, value)
        found = read(dump)
        assert found.crashpad is not None
        if place in (40, 48) and value > 0x1000:
            assert found.problems[0].startswith("CrashpadInfo, offset 0x")

    def test_a_module_that_is_too_small(self, read):
        """Those before it are kept, and the problem says what is wrong."""
        dump = crashpad(made(), modules=2)
        stream = dump.streams[-1]
        (links,) = struct.unpack_from("<I", dump.data, stream[2] + 48)
        struct.pack_into("<I", dump.data, links + 4 + 12 + 4, 19)
        found = read(dump)
        assert len(found.crashpad.modules) == 1
        assert found.problems[0].endswith(": a module has 19 bytes and needs 20")

    def test_a_module_of_an_older_version(self, read):
        """Without the list of objects."""
        dump = crashpad(made())
        stream = dump.streams[-1]
        (links,) = struct.unpack_from("<I", dump.data, stream[2] + 48)
        for size, annotations in ((20, 1), (27, 1), (28, 3)):
            struct.pack_into("<I", dump.data, links + 4 + 4, size)
            again = DumpFile()
            again.data, again.streams = bytearray(dump.data), list(dump.streams)
            [module] = read(again).crashpad.modules
            assert len(module.annotations) == annotations


def listed_memory(dump, pieces):
    """MemoryListStream: start and bytes of each."""
    entries = [struct.pack("<Q2I", start, len(data), dump.put(data)) for start, data in pieces]
    return dump.listed(dumpfiles.MEMORY, entries)


class TestMemory:
    def test_across_ranges_that_follow_each_other(self, read):
        dump = read(listed_memory(made(), [(0x2000, b"cd"), (0x1000, b"ab"), (0x1002, b"xy"), (0x1004, b"z")]))
        assert dump.read(0x1000, 5) == b"abxyz"
        assert dump.read(0x1001, 3) == b"bxy"
        assert dump.read(0x1000, 100) == b"abxyz", "up to the gap"
        assert dump.read(0x2001, 1) == b"d"
        assert dump.read(0x1000, 0) == dump.read(0xFFF, 10) == dump.read(0x2002, 1) == dump.read(-1, 5) == b""

    @once("3.13")
    @pytest.mark.parametrize("seed", range(20))
    def test_ranges_that_overlap(self, read, seed):
        """Beside a plain map of addresses, where the first range by its start has the place."""
        randomly = random.Random(seed)  # noqa: S311
        memory = randomly.randbytes(600)
        ranges = [(start, memory[start : start + randomly.randrange(60)]) for start in randomly.sample(range(500), 25)]
        dump = read(listed_memory(made(), [(0x1000 + start, data) for start, data in ranges]))
        there = {start + n for start, data in ranges for n in range(len(data))}
        for address in range(600):
            size = next((n for n in range(300) if address + n not in there), 0)
            assert dump.read(0x1000 + address, 300) == memory[address : address + size]

    def test_ranges_of_different_contents(self, read):
        dump = read(listed_memory(made(), [(0x1000, b"aaaa"), (0x1002, b"bbbb"), (0x1000, b"c")]))
        assert dump.read(0x1000, 10) == b"caaabb"

    @pytest.mark.parametrize("size", [-1, _bounds.MAX_READ + 1, 1 << 70])
    def test_not_too_much_at_once(self, read, size):
        with pytest.raises(ValueError, match="size must be 0 to 67108864, got"):
            read(made()).read(0, size)

    def test_full_memory(self, read):
        dump = made()
        entries = struct.pack("<4Q", 0x10000, 4, 0x10004, 3)
        dump.stream(dumpfiles.MEMORY_64, struct.pack("<2Q", 2, len(dump.data) + 16 + 32) + entries)
        dump.put(b"abcdefg")
        found = read(dump)
        assert found.problems == ()
        assert found.read(0x10002, 10) == b"cdefg"
        assert [(memory.start, memory.size) for memory in found.memory] == [(0x10000, 4), (0x10004, 3)]

    def test_full_memory_that_is_cut(self, read):
        dump = made()
        entries = struct.pack("<6Q", 0x10000, 4, 0x20000, 1 << 40, 0x30000, 1 << 63)
        dump.stream(dumpfiles.MEMORY_64, struct.pack("<2Q", 3, len(dump.data) + 16 + 48) + entries)
        dump.put(b"abcdefg")
        data = dump.bytes()
        found = read(data)
        assert found.read(0x10000, 9) == b"abcd"
        assert found.read(0x20000, 3) == b"efg"
        assert found.memory[1].size == len(data) - found.memory[1].offset
        [problem] = found.problems
        assert problem.startswith("Memory64ListStream, offset 0x58: 2 ranges of memory end after the end of the file")
        assert "address 0x20000" in problem

    def test_a_range_beyond_the_last_address(self, read):
        dump = listed_memory(made(), [((1 << 64) - 2, b"abcd"), (0x1000, b"e")])
        found = read(dump)
        assert found.read((1 << 64) - 2, 10) == b"ab"
        assert found.memory[0] == MemoryRange((1 << 64) - 2, 2, found.memory[0].offset)
        assert "1 ranges of memory end after the last address" in found.problems[0]

    @pytest.mark.parametrize(("kind", "rest"), [(dumpfiles.THREADS, b""), (dumpfiles.THREADS_EX, bytes(16))])
    def test_a_stack_that_is_in_no_list(self, read, kind, rest):
        dump = made()
        place = dump.put(b"stack")
        dump.listed(kind, [dumpfiles.thread(7, stack=(0x8000, 5, place)) + rest])
        assert read(dump).read(0x8000, 5) == b"stack"

    def test_a_stack_without_a_place(self, read):
        """As beside a list of all memory: it is not what the file begins with."""
        dump = read(made().listed(dumpfiles.THREADS, [dumpfiles.thread(7, stack=(0x8000, 5, 0))]))
        assert (dump.read(0x8000, 5), dump.memory) == (b"", ())

    @pytest.mark.parametrize("most", [2, 3, 4])
    def test_both_lists_of_memory_have_one_limit(self, read, monkeypatch, most):
        monkeypatch.setattr(_read, "MAX_RANGES", most)
        dump = listed_memory(made(), [(0x1000, b"a"), (0x2000, b"b")])
        entries = struct.pack("<4Q", 0x10000, 1, 0x20000, 1)
        dump.stream(dumpfiles.MEMORY_64, struct.pack("<2Q", 2, dump.put(b"cd")) + entries)
        found = read(dump)
        assert b"".join(found.read(memory.start, 9) for memory in found.memory) == b"abcd"[:most]
        assert len(found.problems) == (most < 4)

    def test_a_stack_that_is_in_a_list(self, read):
        dump = made()
        place = dump.put(b"stack")
        dump.listed(dumpfiles.MEMORY, [struct.pack("<Q2I", 0x8000, 5, place)])
        dump.listed(dumpfiles.THREADS, [dumpfiles.thread(7, stack=(0x8002, 3, place + 2))])
        assert len(read(dump).memory) == 1

    def test_the_ring_log(self, read):
        old, new = RingLog(2048), RingLog(4096)
        old.write("of before")
        new.write("first")
        new.write("last\nline")
        first, rest = bytes(new.buffer[:1000]), bytes(new.buffer[1000:])
        pieces = [(0x1000, b"x" * 5000 + bytes(old.buffer)), (0x90000, bytes(100) + first), (0x90000 + 1100, rest)]
        dump = read(listed_memory(made(), pieces))
        assert dump.read_ring_log() == ("first", "last\nline")

    def test_it_is_found_at_every_place(self, read, monkeypatch):
        """Also where two pieces that are searched meet."""
        monkeypatch.setattr("wer.dumps._dump._CHUNK", 100)
        ring = RingLog(1024)
        ring.write("found")
        for distance in range(130):
            dump = read(listed_memory(made(), [(0x1000, bytes(distance) + bytes(ring.buffer))]))
            assert dump.read_ring_log() == ("found",)

    def test_it_is_found_behind_memory_that_has_gone(self):
        """The file is cut while it is searched: what is still there is looked at."""
        dump = made()
        ring = RingLog(1024)
        ring.write("found")
        there, gone = dump.put(bytes(ring.buffer)), dump.put(bytes(5000))
        ranges = [(0x1000, 5000, gone), (0x9000, len(ring.buffer), there)]
        dump.listed(dumpfiles.MEMORY, [struct.pack("<Q2I", *each) for each in ranges])
        data = dump.bytes()

        class Cut(io.BytesIO):
            def seek(self, offset, whence=os.SEEK_SET):
                place = super().seek(offset, whence)
                if whence == os.SEEK_END:
                    self.truncate(gone)
                return place

        whole = [io.BytesIO(data)]
        found = _read.read_with(lambda: whole.pop() if whole else Cut(data), "a.dmp")
        assert found.read(0x1000, 10) == b""
        assert found.read_ring_log() == ("found",)

    def test_a_search_that_would_never_end(self, read):
        """A thousand ranges of a megabyte, all of them the same one, with nothing but heads of logs in it."""
        dump = made()
        ring = RingLog(65536)
        head = bytes(ring.buffer[:72])
        place = dump.put(head * (1024 * 1024 // len(head)))
        size = len(dump.data) - place
        dump.listed(dumpfiles.MEMORY, [struct.pack("<Q2I", n << 32, size, place) for n in range(1000)])
        found = read(dump)
        started = time.perf_counter()
        assert found.read_ring_log() == ()
        assert time.perf_counter() - started < 5
        assert sum(len(chunk) for _, chunk in found._chunks(0)) <= 2 * found.size

    @pytest.mark.parametrize(("others", "found"), [(0, ("found",)), (1, ("found",)), (2, ("found",)), (3, None)])
    def test_so_many_places_are_looked_at(self, read, monkeypatch, others, found):
        """Places that begin as a log does and are none."""
        from wer.service import _ring_log

        monkeypatch.setattr(_python, "MAX_RING_LOG_PLACES", 3)
        ring = RingLog(1024)
        ring.write("found")
        magics = (_ring_log._MAGIC + bytes(100)) * others
        assert read(listed_memory(made(), [(0x1000, magics + bytes(ring.buffer))])).read_ring_log() == found

    @pytest.mark.parametrize("count", [1, 2, 3, 4])
    def test_so_many_logs_are_looked_at(self, read, monkeypatch, count):
        monkeypatch.setattr(_python, "MAX_RING_LOGS", 2)
        rings = [RingLog(1024) for _ in range(count)]
        for number, ring in enumerate(rings):
            ring.write(str(number))
        dump = read(listed_memory(made(), [(0x1000, b"".join(bytes(ring.buffer) for ring in rings))]))
        assert dump.read_ring_log() == (str(min(count, 2) - 1),)

    def test_pythons_constant_is_none(self, read):
        from wer.service import _ring_log

        assert read(listed_memory(made(), [(0x1000, _ring_log._MAGIC * 1000)])).read_ring_log() is None
        assert read(made()).read_ring_log() is None


class TestOtherFiles:
    @pytest.mark.parametrize(
        ("data", "told"),
        [
            (b"", r"is empty: the dump was not written; was the disk full"),
            (b"MDMP", "ends after 4 bytes, within the header of a minidump: copy it again"),
            (b"MDMP" + bytes(27), "ends after 31 bytes"),
            (b"PMDM" + bytes(60), "big-endian"),
            (b"PAGEDU64" + bytes(60), "a dump of the Windows kernel: open it with WinDbg"),
            (b"PAGEDUMP" + bytes(60), "32-bit Windows kernel"),
            (b"\x1f\x8b\x08" + bytes(60), "gzip: decompress it first"),
            (b"PK\x03\x04" + bytes(60), "ZIP"),
            (b"MSCF" + bytes(60), "cabinet"),
            (b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x04\0" + bytes(40), "ELF core file of Linux, .*: open it with gdb"),
            (b"\x7fELF\x02\x02\x01" + bytes(9) + b"\0\x04" + bytes(40), "ELF core file"),
            (b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\0" + bytes(40), "a program or library in ELF format"),
            (b"MZ\x90" + bytes(60), "a program or DLL"),
            ("\ufeffVersion=1\r\n".encode("utf-16-le"), r"a Report\.wer file: read it with wer\.read_report"),
            ("\ufeffVersion=1\r\n".encode("utf-16-be"), r"a Report\.wer file"),
            ("Version=1\r\n".encode("utf-16-le"), r"a Report\.wer file"),
            (b"\xef\xbb\xbfVersion=1\r\n", r"a Report\.wer file"),
            (b"Version=1\r\n", r"a Report\.wer file"),
            (b"\xfd7zXZ\0" + bytes(60), "xz: decompress it first"),
            (b"(\xb5/\xfd" + bytes(60), "zstd: decompress it first"),
            (b"BZh9" + bytes(60), "bzip2: decompress it first"),
            (b"7z\xbc\xaf'\x1c" + bytes(60), "a 7-Zip archive"),
            (b"\xcf\xfa\xed\xfe" + bytes(60), "Mach-O"),
            (b"SQLite format 3\0" + bytes(60), "a database of SQLite"),
            (b"%PDF-1.7" + bytes(60), "a PDF"),
            (b"<!DOCTYPE html>", "HTML"),
            (bytes(4096), "begins with zeros"),
            (b"X" * 64, "begins with 58 58 58 58"),
            (b"something else", "begins with 73 6f 6d 65 74 68 69 6e, and a minidump with 4d 44 4d 50"),
        ],
    )
    def test_the_error_says_what_it_is(self, read, tmp_path, data, told):
        with pytest.raises(ValueError, match=told) as caught:
            read(data)
        assert str(caught.value).startswith(str(tmp_path / "made.dmp") + " ")

    def test_every_published_report(self):
        for path in sorted((DATA / "reports").glob("win*.wer")):
            with pytest.raises(ValueError, match=r"not a minidump but a Report\.wer file"):
                read_dump(path)

    def test_a_folder(self, tmp_path):
        with pytest.raises(ValueError, match=r"is a folder: name the \.dmp"):
            read_dump(tmp_path)

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            read_dump(tmp_path / "none.dmp")

    @pytest.mark.skipif(sys.platform == "win32", reason="needs a named pipe in the file system")
    def test_a_pipe_does_not_wait(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(ValueError, match="is a pipe or a device"):
            read_dump(tmp_path / "pipe")

    def test_an_argument_that_is_no_path(self):
        with pytest.raises(TypeError):
            read_dump(7)


class TestDamaged:
    @pytest.mark.parametrize("name", REAL)
    def test_a_file_that_is_cut_is_not_taken_for_whole(self, read, name):
        data = REAL[name].read_bytes()
        for size in range(len(data) - 1, -1, -211):
            try:
                assert read(data[:size]).problems, size
            except ValueError as error:
                assert "made.dmp" in str(error)  # noqa: PT017

    def test_a_header_that_says_more_than_there_is(self, read, tmp_path):
        """The package `minidump` takes 2.4 GB for this file."""
        data = struct.pack("<4s5IQ", b"MDMP", 0xA793, 0xFFFFFFFF, 32, 0, 0, 0)
        tracemalloc.start()
        with pytest.raises(ValueError, match=r"made\.dmp is damaged or cut: it has 32 bytes, .* should be at byte 32"):
            read(data)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
        tracemalloc.stop()

    def test_a_directory_that_is_cut(self, read):
        found = read(made().bytes(streams=0x10000000))
        assert found.system.architecture == "x64"
        assert "it says 268435456 streams, there is room for 1" in found.problems[0]

    def test_more_streams_than_are_read(self, read):
        dump = made()
        for _ in range(5000):
            dump.streams.append((0x77777777, 0, 0))
        found = read(dump)
        assert len(found.streams) == _bounds.MAX_STREAMS
        place = len(dump.data) - 12 * 5001
        told = f"header, offset {place:#x}: it has 5001 streams; those after the first 4096 are left out"
        assert found.problems[0] == told

    def test_no_stream_in_use(self, read):
        dump = DumpFile()
        dump.streams = [(0, 0, 0)] * 5
        assert any("its writer was stopped" in problem for problem in read(dump).problems)
        assert any("its writer was stopped" in problem for problem in read(DumpFile().bytes(directory=0)).problems)

    def test_another_version(self, read):
        assert read(made().bytes(version=0x1234_A793)).problems == ()
        assert "version is 0x1, expected 0xa793" in read(made().bytes(version=1)).problems[0]

    LISTS = {
        dumpfiles.THREADS: (48, "threads"),
        dumpfiles.MODULES: (108, "modules"),
        dumpfiles.MEMORY: (16, "memory"),
        dumpfiles.THREADS_EX: (64, "threads"),
    }

    @pytest.mark.parametrize("kind", LISTS)
    def test_a_count_that_is_too_large(self, read, kind):
        size, field = self.LISTS[kind]
        dump = made()
        zeros = [bytes(size)] * 3
        tracemalloc.start()
        found = read(dump.listed(kind, zeros, count=0xFFFFFFFF))
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
        tracemalloc.stop()
        assert len(getattr(found, field)) == (0 if field == "memory" else 3)
        assert any("it says 4294967295" in problem and "there is room for 3" in problem for problem in found.problems)

    # Of each list: the stream, its header for so many entries, the size of one, what its entries are called, and the
    # module with the limit.
    BOUNDED = {
        "threads": (dumpfiles.THREADS, "<I", 48, "threads", _threads, "MAX_THREADS"),
        "extended threads": (dumpfiles.THREADS_EX, "<I", 64, "threads", _threads, "MAX_THREADS"),
        "names of threads": (dumpfiles.THREAD_NAMES, "<I", 12, "names of threads", _threads, "MAX_THREADS"),
        "times of threads": (dumpfiles.THREAD_INFOS, "<12s", 64, "threads", _threads, "MAX_THREADS"),
        "modules": (dumpfiles.MODULES, "<I", 108, "modules", _modules, "MAX_MODULES"),
        "unloaded modules": (dumpfiles.UNLOADED, "<12s", 24, "unloaded modules", _modules, "MAX_MODULES"),
        "memory": (dumpfiles.MEMORY, "<I", 16, "ranges of memory", _memory, "MAX_RANGES"),
        "all memory": (dumpfiles.MEMORY_64, "<Q8x", 16, "ranges of memory", _read, "MAX_RANGES"),
        "regions": (dumpfiles.REGIONS, "<2IQ", 48, "regions", _memory, "MAX_RANGES"),
        "handles": (dumpfiles.HANDLES, "<4I", 32, "handles", _handles, "MAX_HANDLES"),
    }

    @pytest.mark.parametrize("name", BOUNDED)
    @pytest.mark.parametrize("says", [3, 4])
    def test_what_a_list_has_more_of_than_is_read(self, read, monkeypatch, name, says):
        """Three are there, and two are read at most. The problem says what they are, and where the list begins."""
        kind, layout, size, what, module, bound = self.BOUNDED[name]
        monkeypatch.setattr(module, bound, 2)
        numbers = {"<I": (says,), "<Q8x": (says,), "<4I": (16, size, says, 0), "<2IQ": (16, size, says)}
        head = struct.pack(layout, *numbers.get(layout, (struct.pack("<3I", 12, size, says),)))
        dump = made().stream(kind, head + bytes(3 * size))
        found = read(dump)
        where = f"{found.streams[1].name}, offset {found.streams[1].offset + len(head):#x}"
        told = [problem for problem in found.problems if "the registers" not in problem]
        room = [f"{where}: it says 4 {what}, there is room for 3"] if says == 4 else []
        assert told == [*room, f"{where}: it has 3 {what}; those after the first 2 are left out"]
        fields = {dumpfiles.THREADS: "threads", dumpfiles.THREADS_EX: "threads", dumpfiles.MODULES: "modules"}
        fields |= {dumpfiles.UNLOADED: "unloaded_modules", dumpfiles.REGIONS: "regions"}
        if kind in fields:
            assert len(getattr(found, fields[kind])) == 2
        if kind == dumpfiles.HANDLES:
            assert found.handles == (HandleCount("", 2),)

    @pytest.mark.parametrize("kind", LISTS)
    def test_a_list_that_is_cut(self, read, kind):
        size, field = self.LISTS[kind]
        dump = made()
        stream = kind, 4 + size * 100, len(dump.data) + 24  # behind the directory, which comes first here
        directory = dump.put(b"".join(struct.pack("<3I", *entry) for entry in (dump.streams[0], stream)))
        dump.put(struct.pack("<I", 100) + bytes(size * 2 + 5))
        dump.data[:32] = struct.pack("<4s5IQ", b"MDMP", 0xA793, 2, directory, 0, 0, 0)
        found = read(bytes(dump.data))
        assert len(getattr(found, field)) == (0 if field == "memory" else 2)
        told = f", offset {stream[2] + 4:#x}: the file ends in it: of 100 "
        assert any(told in problem and problem.endswith("it has 2") for problem in found.problems)

    def test_a_text_that_is_cut(self, read):
        dump = made()
        stream = dumpfiles.COMMENT_A, 100, len(dump.data) + 24
        directory = dump.put(b"".join(struct.pack("<3I", *entry) for entry in (dump.streams[0], stream)))
        dump.put(b"still there")
        dump.data[:32] = struct.pack("<4s5IQ", b"MDMP", 0xA793, 2, directory, 0, 0, 0)
        found = read(bytes(dump.data))
        assert found.comments == ("still there",)
        told = f"CommentStreamA, offset {stream[2]:#x}: the file ends in it: of 100 bytes it has 11"
        assert found.problems == (told,)

    @pytest.mark.parametrize("kind", [3, 4, 5, 6, 7, 8, 9, 12, 14, 15, 16, 17, 24, 0x43500001, 0x47670001])
    @pytest.mark.parametrize("data", [b"", b"\xff" * 3, b"\xff" * 16, b"\xff" * 200, bytes(200)])
    def test_a_stream_of_nonsense_costs_itself(self, read, kind, data):
        dump = DumpFile()
        if kind != dumpfiles.SYSTEM:
            dump.system()
        dump.stream(kind, data).stream(dumpfiles.COMMENT_A, b"still there")
        found = read(dump)
        assert found.comments == ("still there",)
        assert isinstance(found, Dump)
        if len(data) < 4:
            name = next(stream.name for stream in found.streams if stream.stream_type == kind)
            assert any(problem.startswith(f"{name}, offset 0x") for problem in found.problems)

    @pytest.mark.parametrize("place", [0xFFFFFFFF, 0x7FFFFFFF, 5000])
    def test_a_name_beyond_the_end(self, read, place):
        found = read(made().listed(dumpfiles.MODULES, [dumpfiles.module(place, 0x1000)]))
        assert (found.modules[0].name, found.modules[0].file_name) == (None, "")
        assert found.problems[0].startswith(f"ModuleListStream, offset {place:#x}: 4 bytes at {place:#x} go beyond")

    @pytest.mark.parametrize("size", [10, 11])
    def test_as_much_text_as_may_be(self, read, monkeypatch, size):
        monkeypatch.setattr(_reading, "MAX_TEXT", 10)
        found = read(made().stream(dumpfiles.COMMENT_A, b"a" * size))
        assert found.comments == (("a" * size,) if size == 10 else ())
        assert len(found.problems) == (size == 11)

    def test_a_name_that_is_too_long(self, read):
        dump = made()
        place = dump.put(struct.pack("<I", 65536) + bytes(65536))
        dump.listed(dumpfiles.MODULES, [dumpfiles.module(place, 0x1000)] * 3)
        assert len(read(dump).problems) == 1, "one name, one problem"
        assert "a name of 65536 bytes is left out" in read(dump).problems[0]

    def test_a_name_as_long_as_may_be(self, read):
        dump = made()
        dump.listed(dumpfiles.MODULES, [dumpfiles.module(dump.text("x" * (_bounds.MAX_NAME // 2)), 0x1000)])
        found = read(dump)
        assert (len(found.modules[0].name), found.problems) == (32767, ())

    def test_a_name_that_many_share_is_one(self, read):
        dump = made()
        place = dump.text("x" * 30_000)
        modules = read(dump.listed(dumpfiles.MODULES, [dumpfiles.module(place, 0x1000)] * 1000)).modules
        assert len({id(module.name) for module in modules}) == 1

    def test_all_names_together_are_bounded(self, read):
        """Each begins two bytes after the one before, so that a small file would have gigabytes of them."""
        dump = made()
        start = dump.put(struct.pack("<I", 60_000) * 20_000)
        dump.listed(dumpfiles.MODULES, [dumpfiles.module(start + 4 * n, 0x1000) for n in range(2000)])
        found = read(dump)
        assert sum(len(module.name or "") * 2 for module in found.modules) <= _bounds.MAX_TEXT
        assert len(found.problems) == _bounds.MAX_PROBLEMS + 1
        assert found.problems[-1].endswith(" problems more")

    def test_an_odd_half_of_a_unit(self, read):
        dump = made()
        place = dump.put(struct.pack("<I", 5) + "ab".encode("utf-16-le") + b"c")
        assert read(dump.listed(dumpfiles.MODULES, [dumpfiles.module(place, 0)])).modules[0].name == "ab"

    def test_too_many_parameters(self, read):
        found = read(made().stream(dumpfiles.EXCEPTION, dumpfiles.exception(1, 2, 3, range(15), count=99)))
        assert found.exception.parameters == tuple(range(15))
        assert "it says 99 parameters" in found.problems[0]

    def test_entries_of_a_wrong_size(self, read):
        for size in (0, 23, 5000, 0xFFFFFFFF):
            found = read(made().stream(dumpfiles.UNLOADED, struct.pack("<3I", 12, size, 1) + bytes(24)))
            assert f"its unloaded modules have {size} bytes each, expected 24 to 4096" in found.problems[0]

    @pytest.mark.parametrize("more", [0, 1])
    def test_a_text_as_long_as_may_be(self, read, more):
        found = read(made().stream(dumpfiles.COMMENT_A, b"a" * (_bounds.MAX_TEXT_STREAM + more)))
        assert len(found.comments[0]) == _bounds.MAX_TEXT_STREAM
        assert [problem.endswith(" are left out") for problem in found.problems] == [True] * more

    @pytest.mark.parametrize("size", [5, 6])
    def test_a_stream_as_long_as_may_be_read(self, read, monkeypatch, size):
        monkeypatch.setattr(_dump, "MAX_READ", 5)
        dump = read(made().stream(0x12345678, b"x" * size))
        if size == 5:
            assert dump.read_stream(dump.streams[1]) == b"xxxxx"
        else:
            with pytest.raises(ValueError, match="size must be 0 to 5, got 6"):
                dump.read_stream(dump.streams[1])

    def test_a_text_at_the_end_of_the_file(self, read):
        """Its last byte is the file's."""
        dump = made()
        entries = [dump.streams[0], (dumpfiles.MODULES, 4 + 108, len(dump.data) + 24)]
        directory = dump.put(b"".join(struct.pack("<3I", *entry) for entry in entries))
        place = len(dump.data) + 4 + 108
        dump.put(struct.pack("<I", 1) + dumpfiles.module(place, 0x1000))
        dump.put(struct.pack("<I", 4) + "ab".encode("utf-16-le"))
        dump.data[:32] = struct.pack("<4s5IQ", b"MDMP", 0xA793, 2, directory, 0, 0, 0)
        assert read(bytes(dump.data)).modules[0].name == "ab"
        assert read(bytes(dump.data[:-1])).modules[0].name is None

    def test_a_build_id_and_a_record_that_are_wrong(self, read):
        dump = made()
        long = b"LEpB" + bytes(65)
        modules = [dumpfiles.module(0, 0, codeview=(len(long), dump.put(long)))]
        modules += [dumpfiles.module(0, 0, codeview=codeview) for codeview in [(3, 0), (30, 0xFFFFFFF0), (24, 0)]]
        found = read(dump.listed(dumpfiles.MODULES, modules))
        assert {module.build_id for module in found.modules} == {None}
        assert len(found.problems) == 2
        assert "a build id of 65 bytes is left out" in found.problems[0]

    @pytest.mark.parametrize("size", [4, 30])
    def test_a_record_beyond_the_end(self, read, size):
        found = read(made().listed(dumpfiles.MODULES, [dumpfiles.module(0, 0, codeview=(size, 0xFFFFFFF0))]))
        [problem] = found.problems
        assert problem.startswith(f"ModuleListStream, offset 0xfffffff0: CodeView record: {size} bytes at 0xfffffff0")

    def test_the_processor_is_not_told(self, read):
        dump = DumpFile()
        context = dumpfiles.context_x64(1)
        dump.listed(dumpfiles.THREADS, [dumpfiles.thread(7, (len(context), dump.put(context)))])
        found = read(dump)
        assert (found.system, found.threads[0].tid, found.threads[0].registers) == (None, 7, None)
        assert "does not tell the processor" in found.problems[0]

    def test_control_characters_are_kept_for_whoever_shows_them(self, read):
        dump = made()
        dump.listed(dumpfiles.MODULES, [dumpfiles.module(dump.text("a\x1b[31m\0\u202e.dll"), 0)])
        assert read(dump).modules[0].name == "a\x1b[31m\0\u202e.dll"


class TestLarge:
    def test_a_gigabyte_is_not_read(self, tmp_path):
        """Sparse: it takes no place on the disk where the file system can do that."""
        dump = made()
        size, count = 1 << 20, 1024
        entries = b"".join(struct.pack("<2Q", 0x1_0000_0000 + n * size, size) for n in range(count))
        dump.stream(dumpfiles.MEMORY_64, struct.pack("<2Q", count, 1 << 20) + entries)
        path = tmp_path / "large.dmp"
        path.write_bytes(dump.bytes())
        with path.open("r+b") as file:
            file.truncate((1 << 20) + size * count)
            file.seek((1 << 20) + size * count - 5)
            file.write(b"there")
        tracemalloc.start()
        started = time.perf_counter()
        found = read_dump(path)
        assert found.read(0x1_0000_0000 + size * count - 5, 10) == b"there"
        assert found.read(0x1_0000_0000 + size - 2, 4) == bytes(4)
        assert time.perf_counter() - started < 1
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
        tracemalloc.stop()
        assert found.problems == ()

    def test_ten_thousand_threads_and_modules(self, read):
        dump = made()
        context = dumpfiles.context_x64(0x1400)
        place = dump.put(context)
        names = [dump.text(f"C:\\app\\module{n}.dll") for n in range(10_000)]
        threads = [dumpfiles.thread(n, (len(context), place)) for n in range(10_000)]
        dump.listed(dumpfiles.THREADS, threads)
        dump.listed(dumpfiles.MODULES, [dumpfiles.module(name, 0x10000 * n, 0x10000) for n, name in enumerate(names)])
        data = dump.bytes()
        started = time.perf_counter()
        found = read(data)
        assert found.module_at(0x10000 * 5000 + 1).file_name == "module5000.dll"
        assert time.perf_counter() - started < 5
        assert (len(found.threads), len(found.modules), found.problems) == (10_000, 10_000, ())


def mutated(randomly, data):
    """Some bytes, numbers, bits or a piece of it changed; mostly where the structures are."""
    data = bytearray(data)
    count, directory = struct.unpack_from("<II", data, 8)
    places = [0, 8, 16] + [directory + 12 * n for n in range(count)]
    places += [struct.unpack_from("<I", data, place + 8)[0] for place in places[3:]]
    for _ in range(randomly.choice([1, 1, 2, 3, 5, 20])):
        at = (
            randomly.choice(places) + randomly.randrange(80)
            if randomly.random() < 0.6
            else randomly.randrange(len(data))
        )
        at = min(at, len(data) - 8)
        kind = randomly.randrange(6)
        if kind == 0:
            data[at] = randomly.randrange(256)
        elif kind == 1:
            struct.pack_into(
                "<I", data, at, randomly.choice([0, 1, 0xFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF])
            )
        elif kind == 2:
            struct.pack_into("<I", data, at, randomly.randrange(len(data) + 64))
        elif kind == 3:
            struct.pack_into("<Q", data, at, randomly.choice([0, 1 << 63, (1 << 64) - 1, randomly.getrandbits(64)]))
        elif kind == 4:
            data[at] ^= 1 << randomly.randrange(8)
        else:
            start, size = randomly.randrange(len(data)), randomly.randrange(200)
            data[at : at + size] = data[start : start + size]
    return bytes(data[: randomly.randrange(len(data))] if randomly.random() < 0.1 else data)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_changed_it_is_read_or_refused(seed):
    randomly = random.Random(seed)  # noqa: S311
    samples = [path.read_bytes() for path in REAL.values()] + [crashpad(listed_memory(made(), [(1, b"x")])).bytes()]
    outcomes = {"refused": 0, "read": 0, "problems": 0}
    for _ in range(500):
        data = mutated(randomly, randomly.choice(samples))
        try:
            dump = _read.read_with(lambda data=data: io.BytesIO(data), "name.dmp")
        except ValueError as error:
            assert str(error).startswith("name.dmp ")  # noqa: PT017
            outcomes["refused"] += 1
            continue
        outcomes["problems" if dump.problems else "read"] += 1
        assert len(repr(dump)) < 10_000_000
        for memory in dump.memory[:10]:
            assert len(dump.read(memory.start, 1000)) <= 1000
        assert dump.python_version is None or dump.python_version.startswith("3.")
    assert all(outcomes.values())

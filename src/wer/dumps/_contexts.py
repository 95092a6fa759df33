"""The registers of a thread, from the CONTEXT of its processor.

Layouts: CONTEXT in winnt.h for x86, x64, ARM and ARM64; breakpad's own for ARM and ARM64 (minidump_cpu_arm.h,
minidump_cpu_arm64.h), which have the integer registers at the same places under other flags.
"""

import struct
from dataclasses import dataclass

from ._told import Registers


@dataclass(frozen=True, slots=True)
class _Layout:
    flags_offset: int
    processors: int  # the bits of ContextFlags that name the processor; any of them
    offset: int  # of the first register
    registers: struct.Struct
    names: tuple[str, ...]
    instruction: int  # which of them is the instruction pointer ...
    stack: int
    frame: int


def _layout(flags_offset: int, processors: int, offset: int, code: str, names: str) -> _Layout:
    named = tuple(names.split())
    instruction, stack, frame = (
        next(named.index(name) for name in choices if name in named)
        for choices in (("rip", "eip", "pc"), ("rsp", "esp", "sp"), ("rbp", "ebp", "fp", "r11"))
    )
    registers = struct.Struct(f"<{len(named)}{code}")
    return _Layout(flags_offset, processors, offset, registers, named, instruction, stack, frame)


_X64 = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15 rip"
LAYOUTS = {
    "x64": _layout(48, 0x100000, 120, "Q", _X64),
    "x86": _layout(0, 0x10000, 156, "I", "edi esi ebx edx ecx eax ebp eip cs eflags esp ss"),
    "arm64": _layout(0, 0x400000 | 0x80000000, 8, "Q", " ".join(f"x{n}" for n in range(29)) + " fp lr sp pc"),
    "arm": _layout(0, 0x200000 | 0x40000000, 4, "I", " ".join(f"r{n}" for n in range(13)) + " sp lr pc"),
}
NEEDED = max(layout.offset + layout.registers.size for layout in LAYOUTS.values())
"""Bytes from the start of a context, of any processor, in which the registers are."""


def registers_of(context: bytes, architecture: str) -> Registers | None:
    """The registers, or None if this is no context of that processor, or of a processor that is not known here.

    Parameters
    ----------
    context : bytes
        The CONTEXT, or as much of it as `NEEDED`.
    architecture : str
        Of the dump.
    """
    layout = LAYOUTS.get(architecture)
    if layout is None or len(context) < layout.offset + layout.registers.size:
        return None
    (flags,) = struct.unpack_from("<I", context, layout.flags_offset)
    if not flags & layout.processors:
        return None
    values = layout.registers.unpack_from(context, layout.offset)
    at = values[layout.instruction], values[layout.stack], values[layout.frame]
    return Registers(architecture, *at, values, layout.names)

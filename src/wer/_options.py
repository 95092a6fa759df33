"""What `Report.add_dump` can be told beyond its plain arguments: an exception, and custom options.

Both are checked when they are made and never change, so the dump itself has nothing left to check.
"""

from ._arguments import shown as _shown
from ._arguments import units_of as _units_of
from ._enums import DumpMask as _Mask
from ._limits import WER_MAX_PREFERRED_MODULES as _MAX_MODULES
from ._limits import WER_MAX_PREFERRED_MODULES_BUFFER as _MODULES_BUFFER
from ._typing import Iterable as _Iterable

__all__ = ["DumpOptions", "ExceptionInformation"]


def _unsigned(name: str, value: int, bits: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an int, got {type(value).__name__}")
    if not 0 <= value < 1 << bits:
        raise ValueError(f"{name} must be 0 to {(1 << bits) - 1:#x} ({bits} bits unsigned), got {_shown(value)}")


def _module_list(names: "_Iterable[str] | None") -> tuple[str, ...] | None:
    """Check what becomes WER_DUMP_CUSTOM_OPTIONS.wzPreferredModuleList."""
    if names is None:
        return None
    if isinstance(names, str):
        raise TypeError(f"preferred_modules must be several names, e.g. [{names!r}], got a str")
    modules = tuple(names)
    for name in modules:
        if not isinstance(name, str):
            raise TypeError(f"preferred_modules must hold str, got {type(name).__name__}")
        if not name:
            raise ValueError("preferred_modules holds an empty name: it would end WER's list early")
        if "\0" in name:
            raise ValueError(f"preferred_modules holds a name with a NUL at {name.index(chr(0))}: {name!r}")
        if "\\" in name or "/" in name:
            raise ValueError(f"preferred_modules takes module names without a path, got {name!r}")
    if "*" in modules and len(modules) > 1:
        raise ValueError("preferred_modules: '*' must stand alone, WER ignores it beside other names")
    if len(modules) > _MAX_MODULES:
        raise ValueError(f"preferred_modules takes at most {_MAX_MODULES} names, got {len(modules)}")
    units = sum([_units_of(name) + 1 for name in modules]) + 1
    if units > _MODULES_BUFFER:
        raise ValueError(
            f"preferred_modules takes at most {_MODULES_BUFFER} UTF-16 units in all, with one NUL "
            f"behind each name and one at the end, got {units}"
        )
    return modules


class _Frozen:
    """A value: made once, compared by its fields."""

    __slots__: tuple[str, ...] = ()

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed: make a new one")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed: make a new one")

    def _fields(self) -> tuple[object, ...]:
        return tuple([getattr(self, name) for name in self.__slots__])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Frozen) or type(other) is not type(self):
            return NotImplemented
        return self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash(self._fields())

    def __reduce__(self) -> tuple[object, ...]:
        return _remake, (type(self), dict(zip(self.__slots__, self._fields(), strict=True)))

    def __repr__(self) -> str:
        fields = zip(self.__slots__, self._fields(), strict=True)
        return f"{type(self).__name__}({', '.join([f'{n}={v!r}' for n, v in fields if v is not None])})"


def _remake(kind: type["_Frozen"], fields: dict[str, object]) -> "_Frozen":
    return kind(**fields)


class ExceptionInformation(_Frozen):
    """Where the exception lies that a dump is about (werapi.h: WER_EXCEPTION_INFORMATION).

    Pass the faulting thread to `Report.add_dump` as well: a dump's exception record needs its id, and
    nothing in this structure tells it (inferred; Microsoft does not say).

    Parameters
    ----------
    pointers : int
        Address of an EXCEPTION_POINTERS structure; not 0.
    client_pointers : bool
        True if the address is in the dumped process, as when that process sends it to a watchdog. False,
        the default, if it is in the calling process: a process that dumps itself, or a record and a
        context that you copied here.

    Raises
    ------
    TypeError, ValueError
        `pointers` is not an address, or `client_pointers` not a bool.
    """

    __slots__ = ("pointers", "client_pointers")

    pointers: int
    client_pointers: bool

    def __init__(self, pointers: int, client_pointers: bool = False) -> None:
        if not isinstance(client_pointers, bool):
            raise TypeError(f"client_pointers must be a bool, got {type(client_pointers).__name__}")
        _unsigned("pointers", pointers, 64)
        if pointers == 0:
            raise ValueError("pointers is 0: it must be the address of an EXCEPTION_POINTERS structure")
        object.__setattr__(self, "pointers", pointers)
        object.__setattr__(self, "client_pointers", client_pointers)


class DumpOptions(_Frozen):
    """Custom contents of a dump (werapi.h: WER_DUMP_CUSTOM_OPTIONS, _V2 and _V3).

    Only what is given counts; the rest stays as the dump type has it. `mask` and the version of the
    structure that WER gets follow from what is given: V1, V2 with a reset member (in the Windows SDK
    unconditionally), V3 with `dump_key`, `snapshot` or `thread_id` (Windows 8.1 by the SDK header).

    Parameters
    ----------
    dump_flags : MinidumpType, optional
        dwDumpFlags. Whether they replace or extend the dump type's own flags is not documented.
    only_this_thread : bool, optional
        bOnlyThisThread: dump one thread only.
    exception_thread_flags, other_thread_flags : ThreadWriteFlags, optional
        What to write of the crashing thread, and of every other thread.
    exception_thread_ex_flags, other_thread_ex_flags : ThreadWriteFlags, optional
        The same for the extended thread callback.
    preferred_module_flags, other_module_flags : ModuleWriteFlags, optional
        What to write of the modules in `preferred_modules`, and of the others.
    preferred_modules : iterable of str, optional
        Module names without a path; ``["*"]`` means all. At most 128 names, and 256 UTF-16 units in all
        with one NUL behind each and one more at the end.
    preferred_module_reset_flags, other_module_reset_flags : ModuleWriteFlags, optional
        V2. One mask bit makes WER read these two and `preferred_module_flags` (documented for V3), which
        is then 0 if not given.
    dump_key : int, optional
        V3, pvDumpKey: an address; Microsoft documents no more.
    snapshot : int, optional
        V3, hSnapshot: a handle from PssCaptureSnapshot, to dump without stopping the process.
    thread_id : int, optional
        V3, dwThreadID: presumably the thread within the snapshot (inferred).

    Raises
    ------
    TypeError, ValueError
        A field is of the wrong type or out of its limits; the text names it.
    """

    __slots__ = (
        "dump_flags",
        "only_this_thread",
        "exception_thread_flags",
        "exception_thread_ex_flags",
        "other_thread_flags",
        "other_thread_ex_flags",
        "preferred_module_flags",
        "other_module_flags",
        "preferred_modules",
        "preferred_module_reset_flags",
        "other_module_reset_flags",
        "dump_key",
        "snapshot",
        "thread_id",
    )

    dump_flags: int | None
    only_this_thread: bool | None
    exception_thread_flags: int | None
    exception_thread_ex_flags: int | None
    other_thread_flags: int | None
    other_thread_ex_flags: int | None
    preferred_module_flags: int | None
    other_module_flags: int | None
    preferred_modules: tuple[str, ...] | None
    preferred_module_reset_flags: int | None
    other_module_reset_flags: int | None
    dump_key: int | None
    snapshot: int | None
    thread_id: int | None

    def __init__(
        self,
        *,
        dump_flags: int | None = None,
        only_this_thread: bool | None = None,
        exception_thread_flags: int | None = None,
        exception_thread_ex_flags: int | None = None,
        other_thread_flags: int | None = None,
        other_thread_ex_flags: int | None = None,
        preferred_module_flags: int | None = None,
        other_module_flags: int | None = None,
        preferred_modules: "_Iterable[str] | None" = None,
        preferred_module_reset_flags: int | None = None,
        other_module_reset_flags: int | None = None,
        dump_key: int | None = None,
        snapshot: int | None = None,
        thread_id: int | None = None,
    ) -> None:
        if only_this_thread is not None and not isinstance(only_this_thread, bool):
            raise TypeError(f"only_this_thread must be a bool, got {type(only_this_thread).__name__}")
        values = {
            "dump_flags": dump_flags,
            "exception_thread_flags": exception_thread_flags,
            "exception_thread_ex_flags": exception_thread_ex_flags,
            "other_thread_flags": other_thread_flags,
            "other_thread_ex_flags": other_thread_ex_flags,
            "preferred_module_flags": preferred_module_flags,
            "other_module_flags": other_module_flags,
            "preferred_module_reset_flags": preferred_module_reset_flags,
            "other_module_reset_flags": other_module_reset_flags,
            "dump_key": dump_key,
            "snapshot": snapshot,
            "thread_id": thread_id,
        }
        for name in values:
            value = values[name]
            if value is not None:
                _unsigned(name, value, 64 if name in ("dump_key", "snapshot") else 32)
            object.__setattr__(self, name, value)
        object.__setattr__(self, "only_this_thread", only_this_thread)
        object.__setattr__(self, "preferred_modules", _module_list(preferred_modules))

    @property
    def mask(self) -> _Mask:
        """dwMask: which members count, from what was given."""
        bits = _Mask(0)
        for name, bit in _MASK_BITS:
            if getattr(self, name) is not None:
                bits |= bit
        return bits

    @property
    def version(self) -> int:
        """1, 2 or 3: the smallest version of the structure that holds what was given."""
        if (self.dump_key, self.snapshot, self.thread_id) != (None, None, None):
            return 3
        if (self.preferred_module_reset_flags, self.other_module_reset_flags) != (None, None):
            return 2
        return 1


_MASK_BITS = (
    ("dump_flags", _Mask.DUMPTYPE),
    ("only_this_thread", _Mask.ONLY_THISTHREAD),
    ("exception_thread_flags", _Mask.THREADFLAGS),
    ("exception_thread_ex_flags", _Mask.THREADFLAGS_EX),
    ("other_thread_flags", _Mask.OTHERTHREADFLAGS),
    ("other_thread_ex_flags", _Mask.OTHERTHREADFLAGS_EX),
    ("preferred_module_flags", _Mask.PREFERRED_MODULESFLAGS),
    ("preferred_module_reset_flags", _Mask.PREFERRED_MODULESFLAGS),
    ("other_module_reset_flags", _Mask.PREFERRED_MODULESFLAGS),
    ("other_module_flags", _Mask.OTHER_MODULESFLAGS),
    ("preferred_modules", _Mask.PREFERRED_MODULE_LIST),
)

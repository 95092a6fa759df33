"""Registrations: core/registration.pxi in Python."""

from threading import Lock
from typing import NamedTuple

from .._arguments import limited, required
from .._enums import FileFlags, HResult, RegisterFileType
from .._errors import WerError
from .._limits import (
    WER_MAX_LOCAL_DUMP_SUBPATH_LENGTH,
    WER_MAX_MEM_BLOCK_SIZE,
    WER_MAX_REGISTERED_DUMPCOLLECTION,
    WER_MAX_REGISTERED_ENTRIES,
    WER_MAX_REGISTERED_METADATA,
    WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES,
    WER_METADATA_KEY_MAX_LENGTH,
    WER_METADATA_VALUE_MAX_LENGTH,
)
from .._typing import TYPE_CHECKING, ReadableBuffer, StrPath
from ._buffer import Pinned, has_buffer
from ._checks import MAX_PATH, check, full_path, pointer, turn
from ._handles import HeldHandle
from ._lookup import need

if TYPE_CHECKING:
    from ._fake import FakeWer


class _Kind(NamedTuple):
    add: str
    undo: str
    is_entry: bool = True  # counts towards WER_MAX_REGISTERED_ENTRIES
    most: int = 0
    limit: str = ""  # what `most` is called
    what: str = ""


_FILE = _Kind("WerRegisterFile", "WerUnregisterFile")
_BLOCK = _Kind("WerRegisterMemoryBlock", "WerUnregisterMemoryBlock")
_EXCLUDED_BLOCK = _Kind("WerRegisterExcludedMemoryBlock", "WerUnregisterExcludedMemoryBlock")
_METADATA = _Kind(
    "WerRegisterCustomMetadata",
    "WerUnregisterCustomMetadata",
    most=WER_MAX_REGISTERED_METADATA,
    limit="WER_MAX_REGISTERED_METADATA",
    what="pairs of custom metadata",
)
_PROCESS = _Kind(
    "WerRegisterAdditionalProcess",
    "WerUnregisterAdditionalProcess",
    most=WER_MAX_REGISTERED_DUMPCOLLECTION,
    limit="WER_MAX_REGISTERED_DUMPCOLLECTION",
    what="additional processes",
)
_LOCAL_DUMP = _Kind("WerRegisterAppLocalDump", "WerUnregisterAppLocalDump", is_entry=False)
_MODULE = _Kind(
    "WerRegisterRuntimeExceptionModule",
    "WerUnregisterRuntimeExceptionModule",
    is_entry=False,
    most=WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES,
    limit="WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES",
    what="runtime exception modules",
)


class HeldRegistration:
    """What a registration keeps: filled by one of the methods hold_..., registered once, undone once."""

    _wer: "FakeWer"

    def __init__(self) -> None:
        self._kind = _FILE
        self._busy = Lock()
        self._active = False
        self._ended = False
        self._arguments: dict[str, object] = {}  # of the function that registers it
        self._undoing: tuple[str, ...] = ()  # which of them undo it
        self._text: str | None = None
        self._address = 0
        self._number = 0
        self._memory: Pinned | None = None
        self._process: HeldHandle | None = None

    @property
    def function(self) -> str:
        return self._kind.add

    @property
    def active(self) -> bool:
        return self._active

    @property
    def ended(self) -> bool:
        return self._ended

    @property
    def text(self) -> str:
        return self._text  # type: ignore[return-value] # as in the extension: None before it holds one

    @property
    def address(self) -> int:
        return self._address

    @property
    def number(self) -> int:
        return self._number

    def _hold(self, kind: _Kind) -> None:
        """Refuse what this Windows cannot both register and unregister."""
        need(self._wer, kind.add)
        need(self._wer, kind.undo)
        self._kind = kind

    def _keep(self, *undoing: str, **arguments: object) -> None:
        self._arguments = arguments
        self._undoing = undoing

    def hold_file(self, path: StrPath, file_type: int, flags: int, /) -> None:
        self._hold(_FILE)
        self._text = full_path(path, expand=True)
        self._number = file_type
        self._keep("path", path=self._text, file_type=RegisterFileType(file_type), flags=FileFlags(flags))

    def hold_memory(self, buffer: ReadableBuffer, excluded: bool, /) -> None:
        most = 0xFFFFFFFF if excluded else WER_MAX_MEM_BLOCK_SIZE
        self._hold(_EXCLUDED_BLOCK if excluded else _BLOCK)
        if not has_buffer(buffer):
            raise TypeError(
                "buffer must have the buffer protocol (bytes, bytearray, memoryview, array, mmap, ...), "
                f"got {type(buffer).__name__}"
            )
        try:
            self._memory = Pinned(buffer)
        except BufferError as error:
            raise ValueError(f"buffer must be contiguous memory: {error}") from None
        size = self._memory.size
        if size == 0:
            raise ValueError("buffer is empty: there is no memory to register")
        if size > most:
            raise ValueError(f"buffer takes at most {most} bytes, got {size}: register it in parts")
        self._address, self._number = self._memory.address, size
        self._keep("address", address=self._address, size=size)

    def hold_custom_metadata(self, key: str, value: str, /) -> None:
        self._hold(_METADATA)
        self._text = required(key, WER_METADATA_KEY_MAX_LENGTH, "key")
        self._keep("key", key=self._text, value=limited(value, WER_METADATA_VALUE_MAX_LENGTH, "value"))

    def hold_additional_process(self, process: HeldHandle | None, thread: HeldHandle | None, /) -> None:
        self._hold(_PROCESS)
        assert process is not None
        self._process = process
        self._number = process.id
        self._keep("process", process=process.id, thread=None if thread is None else thread.id)

    def hold_app_local_dump(self, folder: str, /) -> None:
        self._hold(_LOCAL_DUMP)
        self._text = required(folder, WER_MAX_LOCAL_DUMP_SUBPATH_LENGTH - 1, "path")
        self._keep(path=self._text)

    def hold_runtime_exception_module(self, path: str, context: int, /) -> None:
        self._hold(_MODULE)
        self._text = required(path, MAX_PATH - 1, "path")
        self._keep("path", "context", path=self._text, context=pointer(context, "context"))

    def register(self) -> None:
        function = self._kind.add
        with turn(self._busy, "registration", "it is being registered already"):
            try:
                self._take_room()
            except ValueError:
                self._ended = True
                raise
            hr = self._wer._answer(function, **self._arguments)
            self._active = hr == 0
            self._ended = hr != 0
            if hr:
                self._wer._registered.remove(self)
                self._let_go()
        check(self._wer, hr, function, self._text)
        if hr:
            raise WerError(hr, function, "WER did nothing, and said so", self._text)

    def _take_room(self) -> None:
        """Count one more registration of this kind, if its limits allow."""
        kind = self._kind
        with self._wer._counting:
            there = [held._kind for held in self._wer._registered]
            if kind.most and there.count(kind) >= kind.most:
                raise ValueError(
                    f"a process may register at most {kind.most} {kind.what} ({kind.limit}), and has: "
                    "unregister one first"
                )
            if kind.is_entry and sum(one.is_entry for one in there) >= WER_MAX_REGISTERED_ENTRIES:
                raise ValueError(
                    f"a process may register at most {WER_MAX_REGISTERED_ENTRIES} files, memory blocks, excluded "
                    "blocks, pairs of custom metadata and additional processes together (WER_MAX_REGISTERED_ENTRIES), "
                    "and has: unregister one first"
                )
            self._wer._registered.append(self)

    def unregister(self) -> None:
        hr = 0
        function = self._kind.undo
        with turn(self._busy, "registration", "it is being undone already"):
            if self._active:
                hr = self._wer._answer(function, **{name: self._arguments[name] for name in self._undoing})
                if hr >= 0 or hr == HResult.WER_E_NOT_FOUND:
                    self._active = False
                    self._wer._registered.remove(self)
            if not self._active:
                self._ended = True
                self._let_go()
        check(self._wer, hr, function, self._text)

    def _let_go(self) -> None:
        """Release the memory and the handle."""
        self._process = None
        if self._memory is not None:
            self._memory.release()

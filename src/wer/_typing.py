"""Names that annotations use. `typing` is not imported when a program runs: that takes longer than all of `wer`."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable as Callable
    from collections.abc import Iterable as Iterable
    from os import PathLike
    from types import TracebackType as TracebackType
    from typing import Any as Any
    from typing import Literal, Protocol
    from typing import NoReturn as NoReturn
    from typing import Self as Self

    from _typeshed import ReadableBuffer as ReadableBuffer
    from _typeshed import WriteableBuffer as WriteableBuffer

    class HasHandle(Protocol):
        """`Handle`; pywin32's handles."""

        @property
        def handle(self) -> int: ...

    class HasSentinel(Protocol):
        """multiprocessing.Process."""

        @property
        def sentinel(self) -> int: ...

    class HasPid(Protocol):
        """subprocess.Popen, psutil.Process."""

        @property
        def pid(self) -> int: ...

    class HasNativeId(Protocol):
        """threading.Thread."""

        @property
        def native_id(self) -> int | None: ...
        def is_alive(self) -> bool: ...

    ProcessLike = HasHandle | HasSentinel | HasPid
    ThreadLike = HasHandle | HasNativeId
    StrPath = str | PathLike[str]
    Then = Literal["continue", "end"]
else:  # so that typing.get_type_hints finds something
    from _collections_abc import Callable as Callable
    from _collections_abc import Iterable as Iterable
    from os import PathLike

    Any = NoReturn = ProcessLike = ReadableBuffer = Self = ThreadLike = TracebackType = WriteableBuffer = object
    StrPath = str | PathLike
    Then = str

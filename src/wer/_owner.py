"""What the classes have in common that own something of Windows."""

from . import _native
from ._typing import Any, NoReturn, Self, TracebackType


class Owner:
    """It owns one thing, by an object of the extension, from its creation on; it is given back once, and never copied.

    The object is made here and not in ``__init__``, which a subclass may call late, twice or never.
    """

    __slots__ = ("__weakref__", "_held")
    _HELD: str
    """The class of the extension's object."""
    _CALLED: str
    """What an error calls it."""
    _held: Any

    def __new__(cls, *arguments: object, **options: object) -> Self:
        owner = super().__new__(cls)
        owner._held = getattr(_native, cls._HELD)()
        owner._prepare()
        return owner

    def _prepare(self) -> None:
        """What else a subclass has from its creation on. (A `__new__` of its own would hide what `__init__` takes.)"""

    def __enter__(self) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {self._CALLED} cannot be copied or pickled: there is one of it")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._give_back()
        except OSError:
            if error is None:
                raise
            # the error that ends the block matters more

    def _give_back(self) -> None:
        """What the end of a ``with`` block does."""
        self._held.close()

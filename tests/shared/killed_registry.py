"""A registry whose process is killed at one of its writes: before it, or right after it."""

from wer._machine.registry import Registry


class Killed(BaseException):
    """The process is gone: nothing in it runs any more, not even what cleans up."""


class KilledRegistry(Registry):
    """Passes on all calls to another registry, until the process is killed.

    Parameters
    ----------
    registry : Registry
        The other one.
    writes : int
        How many writes are done before.
    kill : callable
        What kills.
    """

    def __init__(self, registry, writes, kill=None):
        self.registry = registry
        self.writes = writes
        self.kill = kill

    def _read(self, *_):
        if self.writes < 0:
            raise Killed

    def _write(self):
        self.writes -= 1
        if self.writes < 0:
            if self.kill is not None:
                self.kill()
            raise Killed

    def keys(self, *arguments):
        self._read()
        return self.registry.keys(*arguments)

    def values(self, *arguments):
        self._read()
        return self.registry.values(*arguments)

    def value(self, *arguments):
        self._read()
        return self.registry.value(*arguments)

    def create(self, *arguments):
        self._write()
        return self.registry.create(*arguments)

    def set(self, *arguments):
        self._write()
        self.registry.set(*arguments)

    def delete_value(self, *arguments):
        self._write()
        self.registry.delete_value(*arguments)

    def delete_key(self, *arguments):
        self._write()
        self.registry.delete_key(*arguments)

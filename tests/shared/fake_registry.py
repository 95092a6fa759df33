"""A registry for tests: a tree with both views, and keys that are denied or vanish. It refuses what Windows refuses."""

import errno

from wer._machine.keys import IMAGES, SILENT_EXIT
from wer._machine.registry import HKCU, HKLM, HKU, Kind, Registry, Unreadable, Value

# Of HKLM\SOFTWARE, what 32-bit programs share with others; the rest of it exists twice.
# https://learn.microsoft.com/windows/win32/winprog64/shared-registry-keys
_SHARED = (
    r"software\policies",
    r"software\microsoft\windows nt\currentversion\image file execution options",
    r"software\microsoft\windows nt\currentversion\profilelist",
)


class FakeRegistry(Registry):
    """Hold keys by hive and view: ``{("HKLM", 64): {r"SOFTWARE\\A": {"Disabled": (Kind.DWORD, 1)}}}``.

    Parameters
    ----------
    tree
        What is there. A key brings those above it. What is no redirected part of HKLM may be given under either view.
    denied
        ``(hive, key)``: what is there, and all below it, may be neither read nor changed.
    read_only
        Likewise, but it may be read.
    vanishing
        ``(hive, key)``: gone as soon as the keys beside it have been listed.
    """

    def __init__(self, tree=None, *, denied=(), read_only=(), vanishing=()):
        self.tree = {}  # (hive, view) -> {key in lower case: (key, {name in lower case: Value})}
        self.denied = {(hive, key.lower()) for hive, key in denied}
        self.read_only = {(hive, key.lower()) for hive, key in read_only}
        self.vanishing = {(hive, key.lower()) for hive, key in vanishing}
        self.writes = []  # every change, in order, as its method and arguments
        for (hive, view), keys in (tree or {}).items():
            for key, values in keys.items():
                self._make(hive, key, view)
                for name, (kind, data) in values.items():
                    self._key(hive, key, view)[1][name.lower()] = Value(name, kind, data)

    def keys(self, hive, key, view=64):
        found = self._readable(hive, key, view)
        if found is None:
            return None
        start = f"{key.lower()}\\" if key else ""
        branch = self._branch(hive, key, view)
        below = [
            path for lower, (path, _) in branch.items() if lower.startswith(start) and "\\" not in lower[len(start) :]
        ]
        names = [path.rpartition("\\")[2] for path in below if path]
        for gone in [path for path in below if (hive, path.lower()) in self.vanishing]:
            del branch[gone.lower()]
        return names

    def values(self, hive, key, view=64):
        found = self._readable(hive, key, view)
        return None if found is None else list(found[1].values())

    def value(self, hive, key, name, view=64):
        found = self._readable(hive, key, view)
        return None if found is None else found[1].get(name.lower())

    def create(self, hive, key, view=64):
        self._change("create", hive, key, view)
        if self._key(hive, key, view) is not None:
            return False
        self._make(hive, key, view)
        return True

    def set(self, hive, key, value, view=64):
        self._change("set", hive, key, value, view)
        found = self._key(hive, key, view)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "no such key", rf"{hive}\{key}")
        kept = found[1].get(value.name.lower())
        name = kept.name if kept else value.name  # Windows keeps the case that it has
        found[1][value.name.lower()] = Value(
            name, Kind(value.kind) if value.kind in set(Kind) else value.kind, value.data
        )

    def delete_value(self, hive, key, name, view=64):
        self._change("delete_value", hive, key, name, view)
        found = self._key(hive, key, view)
        if found is not None:
            found[1].pop(name.lower(), None)

    def delete_key(self, hive, key, view=64):
        self._change("delete_key", hive, key, view)
        branch = self._branch(hive, key, view)
        if any(lower.startswith(f"{key.lower()}\\") for lower in branch):
            raise PermissionError(errno.EACCES, "there are keys below it", rf"{hive}\{key}")
        branch.pop(key.lower(), None)

    def snapshot(self):
        """All that is there, to compare with later."""
        return {place: {path: dict(values) for path, values in branch.values()} for place, branch in self.tree.items()}

    def _branch(self, hive, key, view):
        assert hive in (HKLM, HKCU, HKU), hive
        assert view in (64, 32), view
        lower = key.lower()
        redirected = (
            hive == HKLM
            and (lower == "software" or lower.startswith("software\\"))
            and not any(lower == shared or lower.startswith(f"{shared}\\") for shared in _SHARED)
        )
        return self.tree.setdefault((hive, view if redirected else 64), {})

    def _key(self, hive, key, view):
        return self._branch(hive, key, view).get(key.lower())

    def _make(self, hive, key, view):
        parts = key.split("\\")
        for end in range(len(parts) + 1):
            path = "\\".join(parts[:end])
            self._branch(hive, path, view).setdefault(path.lower(), (path, {}))

    def _readable(self, hive, key, view):
        if _within(hive, key, self.denied):
            raise Unreadable(hive, key, view, "Access is denied.")
        return self._key(hive, key, view)

    def _change(self, method, hive, key, *arguments):
        self.writes.append((method, hive, key, *arguments))
        if _within(hive, key, self.denied | self.read_only):
            raise PermissionError(errno.EACCES, "Access is denied; run this as an administrator", rf"{hive}\{key}")


def _within(hive, key, places):
    lower = key.lower()
    return any(hive == place and (lower == path or lower.startswith(f"{path}\\")) for place, path in places)


WER = r"SOFTWARE\Microsoft\Windows\Windows Error Reporting"
DEFAULT = {WER: {"Disabled": (Kind.DWORD, 0)}, IMAGES: {}, SILENT_EXIT.rpartition("\\")[0]: {}}


def machine(keys=None, user=None, **more):
    """A registry with the 64-bit view of HKLM, and HKCU."""
    return FakeRegistry({(HKLM, 64): DEFAULT | (keys or {}), (HKCU, 64): {WER: {}} | (user or {})}, **more)


def tree(registry):
    """All that is there, but for branches that only were looked at."""
    return {place: keys for place, keys in registry.snapshot().items() if keys}

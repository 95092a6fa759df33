"""What was changed on the machine, written down before it is changed; and undoing it.

The journal is a file of JSON lines. Whoever changes something adds a line first, which is on the disk when `note`
returns. Undoing takes nothing but the file, and does no harm when it is done twice: so it is always done by another
process than the one that made the changes, whether that ended as it should, was interrupted, or was killed.

A registry value gets back what it was: data, type, or that it was not there. If meanwhile somebody else has changed it,
it is left alone, and that is said. A key that was not there is removed once it is empty.
"""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import base64
import ctypes
import json
import msvcrt
import os
import shutil
import time
import winreg
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeAlias

Data: TypeAlias = "tuple[int, bytes] | None"
"""A value of the registry, as it is stored: its type and its bytes; or that there is none."""

Entry: TypeAlias = "dict[str, Any]"
"""A line of the journal."""

HIVES = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}
VIEW = winreg.KEY_WOW64_64KEY  # a 32-bit Python would else look elsewhere than WER does

ERROR_FILE_NOT_FOUND = 2

FOLDER_VARIABLE = "WERAPI_FACTS_FOLDER"


def home() -> Path:
    """The folder that is ours: for the journal, and for the files that questions make."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    return Path(chosen) if chosen else Path(os.environ["LOCALAPPDATA"], "werapi-facts")


class Stores(Protocol):
    """The reports that questions made, as `stored.Stores` has them."""

    def sweep(self) -> list[str]:
        """Remove them. Returns what could not be removed."""

    def hidden(self) -> list[str]:
        """The stores that this user may not look into."""

    def at_work(self) -> list[str]:
        """Wait until no report of a crash is being made; if that takes too long, say so."""


class Journal:
    """The changes since the machine was last as it should be.

    Parameters
    ----------
    folder : Path
        Where the file is, and the one folder below which files are removed.
    stores : Stores, optional
        Where reports are that questions made. `undo` asks it if the journal says that there may be some.
    """

    def __init__(self, folder: Path, stores: "Stores | None" = None) -> None:
        self.folder = folder
        self.path = folder / "journal.jsonl"
        self._stores = stores

    # ---- changing ----

    def set_value(self, hive: str, key: str, name: str, kind: int, data: bytes, *, guard: bool = False) -> None:
        """Set a registry value. One that is a `guard` stays for as long as there are reports that cannot be removed."""
        self._note_missing_keys(hive, key)
        self._note_value(hive, key, name, (kind, data), guard)
        write_value(hive, key, name, (kind, data))

    def set_number(self, hive: str, key: str, name: str, number: int, *, guard: bool = False) -> None:
        """Set a REG_DWORD."""
        self.set_value(hive, key, name, winreg.REG_DWORD, number.to_bytes(4, "little"), guard=guard)

    def set_text(self, hive: str, key: str, name: str, text: str, *, guard: bool = False) -> None:
        """Set a REG_SZ."""
        self.set_value(hive, key, name, winreg.REG_SZ, f"{text}\0".encode("utf-16-le"), guard=guard)

    def delete_value(self, hive: str, key: str, name: str) -> None:
        """Delete a registry value, if there is one."""
        self._note_value(hive, key, name, None, False)
        write_value(hive, key, name, None)

    def expect_value(self, hive: str, key: str, name: str) -> None:
        """Windows is going to write this value, whatever to."""
        self._note_missing_keys(hive, key)
        self._note_value(hive, key, name, "any", False)

    def expect_reports(self) -> None:
        """From here on there may be reports to remove."""
        self.note({"kind": "reports"})

    def expect_submission(self) -> None:
        """From here on there is a report that may be where this user cannot see it, until `settle_submission`."""
        self.note({"kind": "submission"})

    def settle_submission(self) -> None:
        """The report that was expected last is in sight, or WER said that there is none."""
        self.note({"kind": "settled"})

    def expect_crash(self) -> None:
        """From here on Windows may be making a report by itself."""
        self.note({"kind": "crash"})

    def new_folder(self, path: Path) -> Path:
        """Make a folder below ours, to be removed with all that is in it."""
        if not path.is_relative_to(self.folder) or path == self.folder:
            raise ValueError(f"{path} is not below {self.folder}")
        self.note({"kind": "folder", "path": str(path)})
        path.mkdir(parents=True, exist_ok=True)
        return path

    # ---- the file ----

    def note(self, entry: Entry) -> None:
        """Add a line, and return once it is on the disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            if file.tell() and not self.path.read_bytes().endswith(b"\n"):
                file.write(b"\n")  # behind a line that a killed run did not finish
            file.write(json.dumps(entry).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def entries(self) -> list[Entry]:
        """What it says. A line that was not finished counts for nothing: its change was not made."""
        found = []
        with suppress(FileNotFoundError):
            for line in self.path.read_bytes().split(b"\n"):
                with suppress(ValueError):
                    entry = json.loads(line)
                    if isinstance(entry, dict):
                        found.append(entry)
        return found

    def _note_value(self, hive: str, key: str, name: str, now: "Data | str", guard: bool) -> None:
        self.note(
            {
                "kind": "value",
                "value": [hive, key, name],
                "was": _packed(read_value(hive, key, name)),
                "now": now if isinstance(now, str) else _packed(now),
                "guard": guard,
            }
        )

    def _note_missing_keys(self, hive: str, key: str) -> None:
        parts = key.split("\\")
        for count in range(1, len(parts) + 1):
            path = "\\".join(parts[:count])
            if not key_exists(hive, path):
                self.note({"kind": "key", "key": [hive, path]})

    # ---- undoing ----

    def undo(self) -> list[str]:
        """Undo all changes, the last one first, and remove the journal. Returns what could not be undone.

        Then the journal stays, for another try by somebody with more rights.
        """
        entries = self.entries()
        kept_reports = self._reports_that_stay([str(entry["kind"]) for entry in entries])
        problems = list(kept_reports)
        for entry in _collapsed(entries):
            try:
                if entry["kind"] == "value" and not (entry["guard"] and kept_reports):
                    problems += _restore(entry)
                elif entry["kind"] == "key":
                    _remove_key_if_empty(*entry["key"])
                elif entry["kind"] == "folder":
                    self._remove_folder(Path(str(entry["path"])))
            except OSError as error:
                problems.append(f"{_title(entry)}: {error}")
        retry = [problem for problem in problems if not problem.startswith(LEFT)]
        if not retry:
            self.path.unlink(missing_ok=True)
        return problems

    def _reports_that_stay(self, kinds: list[str]) -> list[str]:
        """Remove the reports. Returns why there are some, or may be some, that are still there."""
        if self._stores is None or not {"reports", "submission", "crash"} & set(kinds):
            return []
        problems = self._stores.at_work() if "crash" in kinds else []
        problems += self._stores.sweep()
        if kinds.count("submission") > kinds.count("settled") or "crash" in kinds:
            problems += [
                f"there may be a report in {store}, which this user may not see" for store in self._stores.hidden()
            ]
        return problems

    def _remove_folder(self, path: Path) -> None:
        if path.is_relative_to(self.folder) and path != self.folder and path.exists():
            shutil.rmtree(path)


LEFT = "left as somebody else set it: "
"""How a problem begins that is settled by saying it."""


@contextmanager
def locked(folder: Path, seconds: float = 0) -> Iterator[bool]:
    """Whether this is, within so many seconds, the only run that uses the folder; and so it is in the block."""
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + seconds
    with (folder / "lock").open("a+b") as file:
        while not _lock(file, msvcrt.LK_NBLCK):
            if time.monotonic() >= deadline:
                yield False
                return
            time.sleep(0.2)
        try:
            yield True
        finally:
            _lock(file, msvcrt.LK_UNLCK)


def _lock(file: BinaryIO, mode: int) -> bool:
    file.seek(0)
    try:
        msvcrt.locking(file.fileno(), mode, 1)
    except OSError:
        return False
    return True


# ---- the registry ----


def key_exists(hive: str, key: str) -> bool:
    """Whether there is such a key."""
    try:
        winreg.OpenKey(HIVES[hive], key, 0, winreg.KEY_READ | VIEW).Close()
    except FileNotFoundError:
        return False
    return True


def read_value(hive: str, key: str, name: str) -> Data:
    """A value as it is stored."""
    try:
        with winreg.OpenKey(HIVES[hive], key, 0, winreg.KEY_READ | VIEW) as opened:
            return _query(opened, name)
    except FileNotFoundError:
        return None


def read_number(hive: str, key: str, name: str) -> int | None:
    """A REG_DWORD; None if there is none of that name and type."""
    found = read_value(hive, key, name)
    return int.from_bytes(found[1][:4], "little") if found and found[0] == winreg.REG_DWORD else None


def read_text(hive: str, key: str, name: str) -> str | None:
    """A REG_SZ; None if there is none of that name and type."""
    found = read_value(hive, key, name)
    return found[1].decode("utf-16-le").rstrip("\0") if found and found[0] == winreg.REG_SZ else None


def write_value(hive: str, key: str, name: str, data: Data) -> None:
    """Set a value as it is to be stored, or delete it."""
    if data is None:
        with (
            suppress(FileNotFoundError),
            winreg.OpenKey(HIVES[hive], key, 0, winreg.KEY_SET_VALUE | VIEW) as opened,
        ):
            winreg.DeleteValue(opened, name)
        return
    with winreg.CreateKeyEx(HIVES[hive], key, 0, winreg.KEY_SET_VALUE | VIEW) as opened:
        _set(opened, name, *data)


def _query(opened: winreg.HKEYType, name: str) -> Data:
    """RegQueryValueExW: winreg would convert the data, and what it makes of odd data cannot be written back."""
    kind, size = ctypes.c_uint32(), ctypes.c_uint32()
    query = ctypes.windll.advapi32.RegQueryValueExW
    arguments = (ctypes.c_void_p(int(opened)), ctypes.c_wchar_p(name), None, ctypes.byref(kind))
    code = query(*arguments, None, ctypes.byref(size))
    data = (ctypes.c_ubyte * max(1, size.value))()
    if not code:
        code = query(*arguments, data, ctypes.byref(size))
    if code == ERROR_FILE_NOT_FOUND:
        return None
    if code:
        raise ctypes.WinError(code)
    return kind.value, bytes(data[: size.value])


def _set(opened: winreg.HKEYType, name: str, kind: int, data: bytes) -> None:
    # RegSetValueExW adds the NUL to a text without one, if it finds it behind the text.
    behind = (ctypes.c_ubyte * (len(data) + 2))(*data, 0xFF, 0xFF)
    code = ctypes.windll.advapi32.RegSetValueExW(
        ctypes.c_void_p(int(opened)), ctypes.c_wchar_p(name), 0, kind, behind, len(data)
    )
    if code:
        raise ctypes.WinError(code)


def _remove_key_if_empty(hive: str, key: str) -> None:
    try:
        with winreg.OpenKey(HIVES[hive], key, 0, winreg.KEY_READ | VIEW) as opened:
            subkeys, values, _ = winreg.QueryInfoKey(opened)
        if not subkeys and not values:
            winreg.DeleteKeyEx(HIVES[hive], key, VIEW)
    except FileNotFoundError:
        pass


# ---- entries ----


def _collapsed(entries: list[Entry]) -> list[Entry]:
    """What is to be undone, in that order: of a value that was changed twice only what it was at first."""
    first: dict[str, Entry] = {}
    for entry in entries:
        if entry["kind"] not in ("value", "key", "folder"):
            continue
        identity = json.dumps([entry["kind"], entry.get("value") or entry.get("key") or entry.get("path")])
        known = first.setdefault(identity, {**entry, "set": []})
        known["set"].append(entry.get("now"))
        known["guard"] = known.get("guard") or entry.get("guard")
    return list(reversed(first.values()))


def _restore(entry: Entry) -> list[str]:
    hive, key, name = map(str, entry["value"])
    was, found = _unpacked(entry["was"]), read_value(hive, key, name)
    if found == was:
        return []
    if "any" not in entry["set"] and _packed(found) not in entry["set"]:
        return [f"{LEFT}{_title(entry)}"]
    write_value(hive, key, name, was)
    return []


def _title(entry: Entry) -> str:
    parts = entry.get("value") or entry.get("key") or [entry.get("path")]
    return "\\".join(map(str, parts))


def _packed(data: Data) -> "list[object] | None":
    return None if data is None else [data[0], base64.b64encode(data[1]).decode()]


def _unpacked(packed: "list[Any] | None") -> Data:
    return None if packed is None else (int(packed[0]), base64.b64decode(packed[1]))

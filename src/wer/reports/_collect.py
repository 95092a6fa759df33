"""`collect`: what support needs to know of a crash, in one ZIP, with a list of what is in it and what is private."""

import errno
import hashlib
import json
import os
import platform
import shutil
import sys
import time
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import BinaryIO

from .. import __version__
from .._arguments import integer
from .._arguments import shown as _shown
from .._machine.events import Event
from .._plain import as_plain
from .._shown import shown
from .._typing import Any, StrPath
from ._of_process import OfProcess, of_process
from ._page import page
from ._plain_files import open_plain, without_folders
from ._sections import as_lines
from ._story import Story, story_of
from ._whole_file import whole_file

MOST_BYTES = 4 << 30
_MOST_FILES = 2000
_CHUNK = 1 << 20
_SCHEMA = 1  # of manifest.json
_MADE = (1980, 1, 1, 0, 0, 0)  # the date of what has none: a ZIP knows no earlier one
_FIRST, _BEYOND = 315_532_800, 4_354_819_200  # of the years that a ZIP knows, 1980 to 2107: `os.stat` has them so

_OF_A_DUMP = "the memory of the process: whatever it had in it, such as passwords, keys and documents"
_OF_A_REPORT = "paths, which may have the name of a user; the program, its modules and its settings"
_OF_A_TEXT = "paths, source lines and the messages of exceptions; variables, if the program asked for them"
_OF_A_LOG = "what the program logged"
_OF_A_FILE = "what the program put into it, which is not known here"
_OF_EVENTS = "paths, which may have the name of a user; names of programs"
_OF_DOCTOR = "names of accounts, folders and settings of this machine"
_OF_A_STORY = "all that is private in the report, its texts and its events; of the dump no memory but a log"


@dataclass(frozen=True, slots=True)
class CollectedFile:
    """One file that goes into the ZIP.

    Attributes
    ----------
    name : str
        What it is called there.
    size : int
        Bytes, before they are compressed.
    private : str
        What in it is private; empty if nothing is.
    path : str or None
        Where it is now; None if it was made for this.
    """

    name: str
    size: int
    private: str
    path: str | None = None
    written: float | None = field(default=None, repr=False)
    data: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Collection:
    """What would be collected. Nothing is written before `write`.

    Attributes
    ----------
    files : tuple of CollectedFile
        What goes into the ZIP, in its order there. ``CONTENTS.txt`` and ``manifest.json``, which list them, come last.
    missing : tuple of str
        What could not be had, and why.
    stories : tuple of Story
        The crashes.
    running : bool
        Whether the process that was asked for runs, so that what doctor says is about it.
    """

    files: tuple[CollectedFile, ...]
    missing: tuple[str, ...]
    stories: tuple[Story, ...]
    running: bool = False

    @property
    def size(self) -> int:
        """Bytes of all files, before they are compressed."""
        return sum(one.size for one in self.files)

    @property
    def private(self) -> tuple[str, ...]:
        """What is private in it, each once, the worst first."""
        found = {one.private for one in self.files if one.private}
        return tuple(sorted(found, key=lambda text: (text != _OF_A_DUMP, text)))

    def write(
        self,
        path: StrPath,
        *,
        overwrite: bool = False,
        progress: "Callable[[int], object] | None" = None,
    ) -> tuple[str, ...]:
        """Write the ZIP: beside its place, and renamed when it is whole. The same files give the same bytes.

        Parameters
        ----------
        path : str or os.PathLike
            The ZIP.
        overwrite : bool
            Whether a file that is there is replaced.
        progress : callable, optional
            It is called with the number of bytes that were read since.

        Returns
        -------
        tuple of str
            What could not be read meanwhile. It is in ``CONTENTS.txt`` and ``manifest.json`` as well.

        Raises
        ------
        FileExistsError
            The file is there, and `overwrite` is not set.
        OSError
            It cannot be written, or the disk has no room for all of it.
        """
        target = os.path.abspath(os.fsdecode(path))
        free = shutil.disk_usage(os.path.dirname(target)).free
        if free < self.size:
            needed = f"{self.size:,} bytes may be needed, and {free:,} are free there"
            raise OSError(errno.ENOSPC, f"{needed}: name another disk, or leave out dumps")
        problems = list(self.missing)
        told: list[dict[str, Any]] = []
        with whole_file(target, overwrite) as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for one in self.files:
                entry = _put(archive, one, problems, progress or (lambda done: None))
                if entry:
                    told.append(entry)
            made = {"CONTENTS.txt": _contents(told, problems), "manifest.json": _manifest(told, problems)}
            for name, data in made.items():
                archive.writestr(_entry(name, None), data)
        return tuple(problems[len(self.missing) :])


def collect(
    key: StrPath | None = None,
    *,
    pid: int | None = None,
    dumps: bool = True,
    files: bool = True,
    events: "Iterable[Event] | None" = None,
    local_dumps: StrPath | None = None,
    most_bytes: int = MOST_BYTES,
) -> Collection:
    """Find what support needs to know of a crash: the report with its files, dumps, events, what doctor says, versions.

    It reads and writes nothing but that, and leaves nothing out in secret: neither names of users nor anything else is
    taken out of files; what may be private in each is said instead.

    Parameters
    ----------
    key : str or os.PathLike, optional
        A report or a dump, as `story_of` takes it.
    pid : int, optional
        A process, which may have ended: all reports, dumps and events with that id.
    dumps, files : bool
        Whether to take dumps, and the files of the reports.
    events, local_dumps : optional
        As `story_of` takes `events` and, for the folder, `dump`; by default those of this machine.
    most_bytes : int
        Of all files together; what does not fit is left out, and listed.

    Returns
    -------
    Collection
        What there is. Its `Collection.write` writes it.

    Raises
    ------
    ValueError, TypeError
        Not exactly one of `key` and `pid` was given, or it is none.
    OSError
        There is no such report, or it may not be read.
    NotImplementedError
        `pid` was given, and this is not Windows.
    """
    if (key is None) == (pid is None):
        raise TypeError("collect takes one of key and pid")
    if pid is not None and (isinstance(pid, bool) or not isinstance(pid, int)):
        raise TypeError(f"pid must be an int, got {type(pid).__name__}")
    if pid is not None and not 0 < pid < 1 << 32:
        raise ValueError(f"pid must be 1 to 4294967295, got {_shown(pid)}")
    most_bytes = integer(most_bytes, "most_bytes", 0)
    missing: list[str] = []
    if key is not None:
        story = story_of(key, events=events, dump=local_dumps)
        found = OfProcess((story,), tuple(filter(None, [story.fact("Program")])), ())
    else:
        found = of_process(pid or 0, events, local_dumps)
        if not found.stories:
            missing.append(f"no report, dump, text or event of a process {pid} was found")
    missing += found.missing
    taken = _Taken(most_bytes, missing)
    taken.make("versions.json", _versions(), "")
    running = _add_doctor(taken, pid, found.programs)
    _add_stories(taken, found.stories, dumps, files)
    return Collection(tuple(taken.files), tuple(missing), found.stories, running)


# ---- what goes in ----


class _Taken:
    """The files so far: each with a name of its own, and no more of them than may be."""

    def __init__(self, most_bytes: int, missing: list[str]) -> None:
        self.files: list[CollectedFile] = []
        self.missing = missing
        self._left = most_bytes
        self._names: set[str] = set()

    def make(self, name: str, content: "Any", private: str) -> None:
        """A file that is made now: text, or what JSON can say."""
        text = content if isinstance(content, str) else json.dumps(as_plain(content), indent=2, sort_keys=True)
        data = text.encode("utf-8", "backslashreplace")
        self._add(CollectedFile(self._name(name), len(data), private, data=data))

    def take(self, name: str, path: str, size: int, written: float | None, private: str) -> None:
        """A file that is there."""
        self._add(CollectedFile(self._name(name), size, private, path, written))

    def _add(self, one: CollectedFile) -> None:
        if len(self.files) >= _MOST_FILES:
            self.missing.append(f"{one.name} was left out: there are more than {_MOST_FILES} files")
        elif one.size > self._left:
            self.missing.append(
                f"{one.name} was left out: with its {one.size:,} bytes all would be above the limit, most_bytes"
            )
        else:
            self._left -= one.size
            self.files.append(one)

    def _name(self, name: str) -> str:
        parts = [_safe(part) for part in name.split("/")]
        name, number = "/".join(parts), 1
        while name.lower() in self._names:  # Windows, where it is unpacked, does not tell cases apart
            number += 1
            stem, dot, suffix = parts[-1].rpartition(".")
            last = f"{stem}-{number}{dot}{suffix}" if stem else f"{parts[-1]}-{number}"
            name = "/".join([*parts[:-1], last])
        self._names.add(name.lower())
        return name


_RESERVED = {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))}


def _safe(part: str) -> str:
    """A name that can be unpacked anywhere, and is no way out of the folder."""
    kept = "".join("_" if char in '<>:"/\\|?*%' else char for char in shown(part).replace("\\", "_"))[:120]
    kept = kept.rstrip(". ") or "_"
    return f"_{kept}" if kept.partition(".")[0].lower() in _RESERVED else kept


def _versions() -> "dict[str, Any]":
    windows: dict[str, Any] | None = None
    if sys.platform == "win32":
        version = sys.getwindowsversion()
        windows = {
            "version": list(version.platform_version or version[:3]),
            "service_pack": version.service_pack,
            "product_type": version.product_type,
        }
    return {
        "wer": __version__,
        "python": sys.version,
        "implementation": sys.implementation.name,
        "platform": sys.platform,
        "machine": platform.machine(),
        "windows": windows,
    }


def _add_doctor(taken: _Taken, pid: int | None, programs: tuple[str, ...]) -> bool:
    """What doctor says of the process; if that is gone, of its program. Whether the process runs."""
    from ..doctor import examine

    running = pid is not None
    try:
        try:
            diagnosis = examine(pid=pid) if pid is not None else examine(exe=programs[0]) if programs else examine()
        except ProcessLookupError:
            running = False
            taken.missing.append(f"process {pid} has ended: doctor was asked about its program")
            diagnosis = examine(exe=programs[0]) if programs else examine()
    except NotImplementedError as error:
        taken.missing.append(f"doctor.json: {error}")
    except (OSError, ValueError) as error:
        taken.missing.append(f"doctor.json: doctor failed with {type(error).__name__}: {error}")
    else:
        taken.make("doctor.json", diagnosis, _OF_DOCTOR)
        return running
    return False


def _add_stories(taken: _Taken, stories: tuple[Story, ...], dumps: bool, files: bool) -> None:
    known: set[str] = set()
    for number, story in enumerate(stories, 1):
        folder = f"{number}-{os.path.basename(story.folder or story.where)}"[:100]
        taken.missing += [f"{folder}: {sentence}" for sentence in story.missing]
        sections = story.sections(everything=True)
        lines = [shown(line) for line in as_lines(story.headline, sections)]
        taken.make(f"{folder}/story.txt", "\n".join(lines) + "\n", _OF_A_STORY)
        taken.make(f"{folder}/story.html", page(story.headline, sections), _OF_A_STORY)
        if story.events:
            events = [as_plain(event) for event in story.events]
            for event in events:
                del event["computer"]  # its name is in no other file of ours, either
            taken.make(f"{folder}/events.json", {"events": events}, _OF_EVENTS)
        of_dumps = {os.path.normcase(one.path) for one in story.dumps}
        texts = {text.name for text in story.texts}
        for one in story.files if files else ():
            if not one.refused and os.path.normcase(one.path) not in of_dumps:
                private = _OF_A_TEXT if one.name in texts else _OF_A_FILE
                private = _OF_A_REPORT if one.name.lower() == "report.wer" else private
                taken.take(f"{folder}/files/{one.name}", one.path, one.size, one.written, private)
        if not files and story.files:
            taken.missing.append(f"{folder}: the files of the report were not asked for")
        for dump in story.dumps:
            if not dumps:
                taken.missing.append(f"{folder}: the dump {shown(os.path.basename(dump.path))} was not asked for")
            elif os.path.normcase(dump.path) not in known:
                known.add(os.path.normcase(dump.path))
                written = _written(dump.path)
                name = f"{folder}/dumps/{os.path.basename(dump.path)}"
                taken.take(name, dump.path, dump.size, written, _OF_A_DUMP)


def _written(path: str) -> float | None:
    try:
        return os.lstat(path).st_mtime
    except OSError:
        return None


# ---- writing ----


def _entry(name: str, written: float | None) -> zipfile.ZipInfo:
    """The head of a file in the ZIP, with nothing in it of who makes it and when."""
    # Asked for others, `gmtime` may refuse: on Windows from the year 3001 on, and files can have such times.
    known = written is not None and _FIRST <= written < _BEYOND
    entry = zipfile.ZipInfo(name, time.gmtime(written)[:6] if known else _MADE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # or it would be that of the machine; the rights below are of this one
    entry.external_attr = 0o600 << 16
    return entry


def _put(
    archive: zipfile.ZipFile, one: CollectedFile, problems: list[str], progress: "Callable[[int], object]"
) -> "dict[str, Any] | None":
    """Put a file into the ZIP: its line in the manifest, or None, and why in `problems`."""
    if one.path is None:
        archive.writestr(_entry(one.name, None), one.data)
        progress(len(one.data))
        return _line(one, len(one.data), hashlib.sha256(one.data).hexdigest())
    try:
        source = open_plain(one.path)
    except (OSError, ValueError) as error:
        problems.append(f"{one.name} was left out: {without_folders(error, one.path)}")
        return None
    with source, archive.open(_entry(one.name, one.written), "w", force_zip64=one.size >= 1 << 31) as target:
        size, digest, problem = _copy(source, target, one.size, progress)
    if problem:
        problems.append(f"{one.name} is not whole: {problem}")
    return _line(one, size, digest)


def _copy(source: "BinaryIO", target: "Any", size: int, progress: "Callable[[int], object]") -> tuple[int, str, str]:
    """Copy as many bytes as were planned, whatever the file has become meanwhile."""
    digest, left, problem = hashlib.sha256(), size, ""
    while left:
        try:
            chunk = source.read(min(_CHUNK, left))
        except OSError as error:
            problem = f"reading it failed: {error.strerror}"
            break
        if not chunk:
            problem = f"it has become shorter, by {left:,} bytes"
            break
        digest.update(chunk)
        target.write(chunk)
        left -= len(chunk)
        progress(len(chunk))
    if not problem and source.read(1):
        problem = f"it has grown meanwhile: these are its first {size:,} bytes"
    return size - left, digest.hexdigest(), problem


def _line(one: CollectedFile, size: int, digest: str) -> "dict[str, Any]":
    return {"name": one.name, "size": size, "sha256": digest, "private": one.private}


def _manifest(told: "list[dict[str, Any]]", problems: list[str]) -> str:
    return json.dumps({"schema": _SCHEMA, "files": told, "missing": problems}, indent=2) + "\n"


def _contents(told: "list[dict[str, Any]]", problems: list[str]) -> str:
    lines = ["What is in this file", "====================", ""]
    for one in told:
        lines += [f"{one['name']}  ({one['size']:,} bytes)", f"    private: {one['private'] or 'nothing'}"]
    lines += ["", "What is not in it", "=================", "", *(problems or ["nothing is known to be missing"])]
    lines += ["", "manifest.json has the SHA-256 of each file.", ""]
    return "\r\n".join(map(shown, lines))

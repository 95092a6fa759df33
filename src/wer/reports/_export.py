"""`export`: copies of reports in a folder or behind a URL, each whole or not there."""

import errno
import json
import os
import platform
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import BinaryIO

from .._enums import StoreType
from .._typing import Any
from ._listing import ALL_STORES, Listing, ReportEntry, list_reports
from ._source import MANIFEST, TEMPORARY, Refused, SourceFile, SourceFolder, name_refusal
from ._targets import Target, goes_elsewhere, open_target, without_secrets

__all__ = ["ExportStatus", "Exported", "ExportedReport", "export", "goes_elsewhere", "without_secrets"]

_SCHEMA = 1  # of the manifest
_CHUNK = 1024 * 1024
_MOST_MANIFEST = 4 * 1024 * 1024


class ExportStatus(StrEnum):
    """What became of one report."""

    COPIED = "copied"  #: it is whole there
    UNCHANGED = "unchanged"  #: it was whole there, with the same content
    PARTLY = "partly"  #: it is there but for `left_out`
    GONE = "gone"  #: it went, whole or in part, before it was copied
    FAILED = "failed"  #: it could not be read


@dataclass(frozen=True, slots=True)
class ExportedReport:
    """One report of an export.

    Attributes
    ----------
    entry : ReportEntry
        The report.
    folder : str
        The name of its folder in the target: the same whenever and by whomever it is exported from this machine.
    status : ExportStatus
        What became of it.
    files : int
        How many of its files are there now.
    copied : int
        How many bytes were copied.
    left_out : tuple of (str, str)
        Names in its folder that were not taken, and why: links, junctions, files in use.
    reason : str
        With GONE and FAILED: why.
    """

    entry: ReportEntry
    folder: str
    status: ExportStatus
    files: int = 0
    copied: int = 0
    left_out: tuple[tuple[str, str], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Exported:
    """What `export` did.

    Attributes
    ----------
    target : str
        Where the reports are, without a password that the URL had.
    reports : tuple of ExportedReport
        In the order in which they were copied: the newest first.
    """

    target: str
    reports: tuple[ExportedReport, ...]

    @property
    def complete(self) -> bool:
        """Whether every report is whole there."""
        return all(report.status in (ExportStatus.COPIED, ExportStatus.UNCHANGED) for report in self.reports)

    @property
    def copied(self) -> int:
        """How many bytes were copied."""
        return sum(report.copied for report in self.reports)


def export(
    target: "str | os.PathLike[str]",
    reports: "Listing | Iterable[ReportEntry] | None" = None,
    *,
    stores: "Iterable[StoreType | int]" = ALL_STORES,
    event: str | None = None,
    application: str | None = None,
    since: datetime | None = None,
    most: int | None = None,
    options: "Mapping[str, Any] | None" = None,
    progress: "Callable[[int], object] | None" = None,
) -> Exported:
    """Copy reports with all their files to a folder, or to whatever fsspec has for a URL.

    Each report gets a folder with its files and, last of all, ``manifest.json``: where there is one, all that it names
    is there, and it names what was left out. A file that is not whole has a name that begins with ``.wer-export-``.
    To go on after an interruption, or a full disk, do the same again: what is there with the same content, by its
    SHA-256, is not copied. A report that changed is copied anew where it changed, and a file that the store no longer
    has stays.

    Links, junctions and other reparse points in a report's folder are not followed, so that a report which another
    account put there takes no file from elsewhere. A report that goes while it is read is told in the result,
    and keeps no other from being copied.

    Parameters
    ----------
    target : str or os.PathLike
        A folder, which is made if need be, or a URL such as ``"s3://bucket/crashes"``. Several machines may have the
        same one.
    reports : Listing, or iterable of ReportEntry, optional
        Which; by default what `list_reports` gives for `stores`, `event`, `application`, `since` and `most`.
    stores, event, application, since, most
        As of `list_reports`, if `reports` is not given.
    options : mapping, optional
        For fsspec, with a URL only: what the storage wants to know.
    progress : callable, optional
        Called with the number of bytes that were read since the last call.

    Returns
    -------
    Exported
        What became of each.

    Raises
    ------
    NotImplementedError
        As of `list_reports`, if `reports` is not given.
    ModuleNotFoundError
        `target` is a URL, and fsspec or what it needs for that kind of URL is not installed.
    OSError
        The target cannot be written: no room, no access. A note of the exception tells how much is whole.
    TypeError, ValueError
        As of `list_reports`; `target` is empty or no URL that fsspec knows.

    Notes
    -----
    Of a file 1 MiB at a time is in memory. The content of a dump is private: docs/privacy.md.
    """
    if reports is None:
        reports = list_reports(stores, event=event, application=application, since=since, most=most)
    entries = reports.reports if isinstance(reports, Listing) else tuple(reports)
    place = open_target(target, options)
    done: list[ExportedReport] = []
    try:
        for entry in entries:
            done.append(_Copy(place, entry, progress or _no_progress).run())
    except BaseException as error:
        error.add_note(f"{len(done)} of {len(entries)} reports were done; the same again goes on")
        raise
    return Exported(place.shown, tuple(done))


def folder_name(entry: ReportEntry) -> str:
    """The name of a report's folder in a target: when, what, who, and a hash of this machine's name and the key."""
    hashed = sha256(f"{platform.node()}\0{entry.key.casefold()}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    when = f"{entry.created:%Y%m%dT%H%M%SZ}" if entry.created else ""
    parts = (when, _plain(entry.event or ""), _plain(entry.application or ""), hashed)
    return "_".join(part for part in parts if part)


def _plain(text: str) -> str:
    return re.sub("[^A-Za-z0-9.]+", "-", text)[:32].strip("-.")


def _no_progress(_: int) -> None:
    pass


class _Unreadable(OSError):
    """A file of the report, not of the target, cannot be read."""


class _Copy:
    """The copy of one report."""

    def __init__(self, target: "Target", entry: ReportEntry, progress: "Callable[[int], object]") -> None:
        self._target = target
        self._entry = entry
        self._progress = progress
        self._folder = folder_name(entry)
        self._manifest: dict[str, Any] | None = None  # of an export before
        self._changed = False  # since then
        self._removed = False  # the manifest, because a file is going to be another
        self._copied = 0
        self._files: list[dict[str, Any]] = []
        self._left_out: list[tuple[str, str]] = []

    def run(self) -> ExportedReport:
        try:
            source = SourceFolder(self._entry.key)
            files, self._left_out = source.files()
        except Refused as error:
            return self._result(ExportStatus.FAILED, str(error))
        except (FileNotFoundError, NotADirectoryError):
            return self._result(ExportStatus.GONE, "its folder is gone")
        except OSError as error:
            return self._result(ExportStatus.FAILED, error.strerror or str(error))
        if not files:
            return self._result(ExportStatus.FAILED, "its folder has no file that can be taken")
        self._target.make_folder(self._folder)
        self._manifest = self._read_manifest()
        for file in files:
            self._copy_file(source, file)
        if self._manifest is None and not source.is_there():
            return self._result(ExportStatus.GONE, "it went while it was copied: what is there is not all of it")
        self._left_out.sort()
        if not self._files:
            return self._result(ExportStatus.FAILED, "none of its files could be read")
        status = ExportStatus.PARTLY if self._left_out else ExportStatus.COPIED
        if self._manifest is None or self._changed or self._manifest["left_out"] != _named(self._left_out):
            self._keep_others()
            self._write_manifest()
        elif not self._left_out:
            status = ExportStatus.UNCHANGED
        self._remove_leftovers()
        return self._result(status)

    def _result(self, status: ExportStatus, reason: str = "") -> ExportedReport:
        left_out = tuple(self._left_out)
        return ExportedReport(self._entry, self._folder, status, len(self._files), self._copied, left_out, reason)

    def _name(self, name: str) -> str:
        return f"{self._folder}/{name}"

    # ---- one file ----

    def _copy_file(self, source: SourceFolder, file: SourceFile) -> None:
        try:
            described = self._known(source, file)
            if described is None:
                described = self._copy(source, file)
        except Refused as error:
            self._left_out.append((file.name, str(error)))
        except _Vanished:
            self._left_out.append((file.name, "it went while the report was copied"))
        except _Unreadable as error:
            self._left_out.append((file.name, error.strerror or str(error)))
        else:
            self._files.append(described)

    def _known(self, source: SourceFolder, file: SourceFile) -> "dict[str, Any] | None":
        """What is in the target, if it is the same; None if it is to be copied."""
        size = self._target.size(self._name(file.name))
        if size is None or size != file.size:
            return None
        with _opened(source, file) as opened:
            read, digest = _hash(_chunks(opened, self._progress))
        described = _described(file.name, read, digest)
        if described in (self._manifest or {}).get("files", ()):
            return described
        with self._target.open(self._name(file.name)) as there:
            if (read, digest) != _hash(_chunks_of(there)):
                return None
        self._changed = True  # it is not in the manifest yet
        return described

    def _copy(self, source: SourceFolder, file: SourceFile) -> "dict[str, Any]":
        temporary = self._name(f"{TEMPORARY}{secrets.token_hex(8)}")
        with _opened(source, file) as opened:
            before = os.fstat(opened.fileno())
            try:
                with self._target.create(temporary) as out:
                    size, digest = _hash(_chunks(opened, self._progress), out)
                after = os.fstat(opened.fileno())
                if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or size != after.st_size:
                    raise _Unreadable(errno.EBUSY, "it was written to while it was copied")
                self._begin_change()
                self._target.put(temporary, self._name(file.name))
            except BaseException:
                with suppress(OSError):
                    self._target.remove(temporary)
                raise
        self._copied += size
        return _described(file.name, size, digest)

    # ---- the manifest ----

    def _begin_change(self) -> None:
        """What is there is not whole from now on."""
        if self._manifest is not None and not self._removed:
            self._target.remove(self._name(MANIFEST))
        self._changed = self._removed = True

    def _read_manifest(self) -> "dict[str, Any] | None":
        """The manifest of an export before; None if there is none, or it is not ours."""
        if self._target.size(self._name(MANIFEST)) is None:
            return None
        with self._target.open(self._name(MANIFEST)) as file:
            text = file.read(_MOST_MANIFEST + 1) or b""
        if len(text) > _MOST_MANIFEST:
            return None
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None
        fits = isinstance(found, dict) and found.get("schema") == _SCHEMA and found.get("key") == self._entry.key
        return found if fits and isinstance(found.get("files"), list) and "left_out" in found else None

    def _keep_others(self) -> None:
        """Describe what an export before has copied and is not in the report's folder any more."""
        known = {file["name"] for file in self._files}
        for name in self._target.names(self._folder):
            if name not in known and not name_refusal(name):
                with self._target.open(self._name(name)) as file:
                    self._files.append(_described(name, *_hash(_chunks_of(file))) | {"kept": True})

    def _write_manifest(self) -> None:
        from .. import __version__

        report = self._entry.report
        manifest = {
            "schema": _SCHEMA,
            "wer": __version__,
            "machine": platform.node(),
            "exported": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "store": self._entry.store.name,
            "key": self._entry.key,
            "report": {
                "event": report.event_type,
                "application": report.application_name,
                "application_path": report.application_path,
                "created": report.created and report.created.isoformat(),
                "report_id": report.report_id and str(report.report_id),
                "integrator_report_id": report.integrator_report_id and str(report.integrator_report_id),
                "bucket": report.bucket_id_string,
                "signature": [{"name": one.name, "value": one.value} for one in report.signature],
            },
            "files": self._files,
            "left_out": _named(self._left_out),
        }
        text = json.dumps(manifest, indent=2).encode("ascii")
        temporary = self._name(f"{TEMPORARY}{secrets.token_hex(8)}")
        try:
            with self._target.create(temporary) as out:
                _write(out, text)
            self._target.put(temporary, self._name(MANIFEST))
        except BaseException:
            with suppress(OSError):
                self._target.remove(temporary)
            raise

    def _remove_leftovers(self) -> None:
        """Remove what an export that was killed has left half written."""
        for name in self._target.names(self._folder):
            if name.startswith(TEMPORARY):
                with suppress(OSError):  # another export writes it now
                    self._target.remove(self._name(name))


def _described(name: str, size: int, digest: str) -> "dict[str, Any]":
    return {"name": name, "size": size, "sha256": digest}


def _named(left_out: "list[tuple[str, str]]") -> "list[dict[str, str]]":
    return [{"name": name, "reason": reason} for name, reason in left_out]


def _opened(source: SourceFolder, file: SourceFile) -> "BinaryIO":
    try:
        return source.open(file)
    except OSError as error:
        raise _unreadable(error) from error


def _unreadable(error: OSError) -> OSError:
    kind = _Vanished if isinstance(error, FileNotFoundError) else _Unreadable
    return kind(error.errno or errno.EIO, error.strerror or str(error))


class _Vanished(_Unreadable, FileNotFoundError):
    """A file of the report is gone."""


def _chunks(file: "BinaryIO", progress: "Callable[[int], object]") -> "Iterator[bytes]":
    """A file of the report, piece by piece, as long as it was at the start: another program may go on writing."""
    rest = os.fstat(file.fileno()).st_size
    while rest > 0:
        try:
            chunk = file.read(min(_CHUNK, rest))
        except OSError as error:
            raise _unreadable(error) from error
        if not chunk:
            return
        rest -= len(chunk)
        yield chunk
        progress(len(chunk))


def _chunks_of(file: "BinaryIO") -> "Iterator[bytes]":
    while chunk := file.read(_CHUNK):
        yield chunk


def _hash(chunks: "Iterator[bytes]", out: "BinaryIO | None" = None) -> tuple[int, str]:
    """The number of bytes and their SHA-256, while they are written to `out`."""
    size, hashed = 0, sha256()
    for chunk in chunks:
        hashed.update(chunk)
        if out is not None:
            _write(out, chunk)
        size += len(chunk)
    return size, hashed.hexdigest()


def _write(out: "BinaryIO", data: bytes) -> None:
    """Write all of it: a file without a buffer may take less at a time."""
    written = out.write(data)
    while written is not None and written < len(data):
        data = data[written:]
        written = out.write(data)

"""The one folder where `dev.py` keeps what it fetched and built, for all clones and all runs at one time.

<name>-<key>/     finished work. The key is a hash of all that it was made from, so it is never out of date
runs/<id>/        what belongs to one run, unfinished work too; the run holds the lock runs/<id>.lock
locks/<name>      held while the work <name> is done, so that two runs do not do it twice
pip/, mypy/, zig/ these tools' own caches
"""

import errno
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from tools.steps import Failure, say, step

Key = Sequence[str | Path]  # what work is made from: texts, and files or folders whose content counts
Stop = Callable[[Path], None]  # ends the programs that run in a run's folder

FULL = (errno.ENOSPC, errno.EDQUOT)
KEEP_SECONDS = 30 * 24 * 3600  # finished work that nobody has used for so long is removed
# Of the user's environment, all that tools get. Finished work is found again by what it was made from, so nothing else
# may change it: no flags for a compiler, no settings of setuptools, pip, Python, git or Wine.
KEPT = {
    # Who is where, and the user's settings of pip; our own cache, for dev.py in a test.
    *("HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER", "XDG_CACHE_HOME", "XDG_CONFIG_DIRS", "XDG_CONFIG_HOME"),
    # How others are reached, and whom to trust.
    *("ALL_PROXY", "FTP_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "NETRC"),
    *("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE"),
    *("PIP_CERT", "PIP_CLIENT_CERT", "PIP_CONFIG_FILE", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_INDEX_URL"),
    *("PIP_KEYRING_PROVIDER", "PIP_NO_INDEX", "PIP_PROXY", "PIP_RETRIES", "PIP_TIMEOUT", "PIP_TRUSTED_HOST"),
    *("PIP_DEFAULT_TIMEOUT",),
    # What Windows gives to every program.
    *("ALLUSERSPROFILE", "APPDATA", "COMMONPROGRAMFILES", "COMMONPROGRAMFILES(X86)", "COMMONPROGRAMW6432"),
    *("COMPUTERNAME", "COMSPEC", "DRIVERDATA", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "LOGONSERVER"),
    *("NUMBER_OF_PROCESSORS", "OS", "PATHEXT", "PROCESSOR_ARCHITECTURE", "PROCESSOR_IDENTIFIER", "PROCESSOR_LEVEL"),
    *("PROCESSOR_REVISION", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)", "PROGRAMW6432", "PUBLIC"),
    *("SESSIONNAME", "SYSTEMDRIVE", "SYSTEMROOT", "USERDOMAIN", "USERNAME", "USERPROFILE", "WINDIR"),
}
# And on Windows, in a prompt where a compiler was chosen: by what setuptools then finds it (`chosen_compiler`).
SDK = ("DISTUTILS_USE_SDK", "MSSDK", "INCLUDE", "LIB", "LIBPATH")
SPARE = 64 << 20  # bytes; where less is free, a disk counts as full: nothing that is worth a run fits on it


class Cache:
    """The cache as one run uses it; `folder` is the run's own, removed at its end."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.folder = folder

    @property
    def environment(self) -> dict[str, str]:
        """The environment for tools such as pip: what is `KEPT` of the user's; and they write nowhere but here."""
        kept = {name: value for name, value in os.environ.items() if name.upper() in KEPT}
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        return (
            kept
            | chosen_compiler()
            | {
                **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary)),
                "PIP_CACHE_DIR": str(self.root / "pip"),
                "ZIG_GLOBAL_CACHE_DIR": str(self.root / "zig"),
                "ZIG_LOCAL_CACHE_DIR": str(self.root / "zig"),
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                # Whatever a pip.conf says: what we install goes where we say.
                **dict.fromkeys(("PIP_REQUIRE_VIRTUALENV", "PIP_USER"), "0"),
                "PYTHONDONTWRITEBYTECODE": "1",
                "LC_ALL": "C.UTF-8",  # the same messages, and every path readable, whatever the user's locale
            }
        )

    def get(self, name: str, title: str, key: Key, build: Callable[[Path], None]) -> Path:
        """The folder with the finished work `name`, made by `build(folder)` unless there is one for `key`."""
        place = self.root / f"{name}-{content_hash(key)[:16]}"
        if not place.is_dir():
            with locked(self.root / "locks" / name, f"{title}: waiting for another run that is at it ..."):
                if not place.is_dir():
                    unfinished = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))
                    with step(title):
                        build(unfinished)
                        if _free(self.root) < SPARE:  # Wine, for one, does not say what it could not write
                            raise Failure("This may have been cut short, so it is not kept.")
                        unfinished.rename(place)
        os.utime(place)  # it is in use
        return place


def chosen_compiler() -> dict[str, str]:
    """What the environment says of a compiler that was chosen there. What is built with it has this in its key."""
    if sys.platform != "win32" or "DISTUTILS_USE_SDK" not in os.environ:
        return {}
    return {name: os.environ[name] for name in SDK if name in os.environ}


def location() -> Path:
    """The cache's folder: in XDG_CACHE_HOME or, as its rules have it, in ~/.cache."""
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "werapi-dev"


@contextmanager
def opened(stop: Stop) -> Iterator[Cache]:
    """The cache, with a folder in it for this run. What killed runs have left is stopped and removed first."""
    root = location()
    runs = root / "runs"
    _make(root)
    with _full_disk_explained(root), locked(root / "lock"):
        if not _sweep(runs, stop):
            _forget_unused(root)
        runs.mkdir(exist_ok=True)
        handle, name = tempfile.mkstemp(suffix=".lock", dir=runs)
        os.close(handle)
        lock_path = Path(name)
        lock = _try_lock(lock_path)
        assert lock, "nobody else knows this new file"
        folder = lock_path.with_suffix("")
        folder.mkdir()
    try:
        with _full_disk_explained(root):
            yield Cache(root, folder)
    finally:
        _end(lock_path, lock, stop)


def clean(stop: Stop) -> None:
    """Remove the whole cache, unless a run is using it."""
    root = location()
    if not os.path.lexists(root):
        say(f"{root} is not there: nothing to remove")
        return
    _make(root)
    with locked(root / "lock"):
        if _sweep(root / "runs", stop):
            raise Failure(f"Another run of dev.py is using {root}.\nWait for its end or stop it, then clean again.")
        with step(f"Removing {root}"):
            for folder in filter(Path.is_dir, root.iterdir()):
                shutil.rmtree(folder)
        if os.name != "nt":  # with the lock, which others may be waiting for: they see that it is gone
            (root / "lock").unlink()
            if root.is_symlink():
                say(f"{root} is a symbolic link: it stays, and so does the folder that it leads to, now empty")
            else:
                shutil.rmtree(root)
    if os.name == "nt":  # where nothing that is open can be removed
        with suppress(OSError):
            (root / "lock").unlink()
            root.rmdir()


def content_hash(key: Key) -> str:
    """A hash of the texts in `key`, and of the names and contents of the files in it."""
    result = hashlib.sha256()
    for part in key:
        if isinstance(part, str):
            fields = [part.encode()]
        elif part.is_dir():
            files = sorted(path for path in part.rglob("*") if path.is_file())
            fields = [field for path in files for field in (bytes(path.relative_to(part)), path.read_bytes())]
        else:
            fields = [part.read_bytes()]
        for field in fields:
            result.update(b"%d:" % len(field) + field)
    return result.hexdigest()


def link_tree(source: Path, target: Path) -> None:
    """Copy a folder in no time: its files become hard links, both trees sharing what nobody changes.

    To change such a file, replace it; writing into it would change the original.
    """
    shutil.copytree(source, target, symlinks=True, copy_function=os.link, dirs_exist_ok=True)


@contextmanager
def locked(path: Path, waiting: str = "") -> Iterator[None]:
    """Hold the lock `path`. If somebody else has it, say `waiting` and wait."""
    while not (lock := _try_lock(path)):
        if waiting:
            say(waiting)
            waiting = ""
        time.sleep(0.1)
    with lock:
        yield


def _make(root: Path) -> None:
    """Make the cache's folder, unless it is there; a symbolic link to a folder is one. Say what is in the way."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=root).close()
    except OSError as error:
        if error.errno in FULL:
            with _full_disk_explained(root):
                raise
        raise Failure(
            f"{_in_the_way(root, error)}\n"
            f"dev.py keeps what it fetches and builds in {root}. Put that right, or have XDG_CACHE_HOME name a folder "
            "that you may write to, on a disk with 3 GB to spare."
        ) from error


def _in_the_way(root: Path, error: OSError) -> str:
    """Why there can be no folder `root`: the outermost of the folders that it is in is to blame."""
    for path in (*reversed(root.parents), root):
        if os.path.islink(path) and not os.path.exists(path):
            return f"{path} is a symbolic link to {os.readlink(path)}, and that is not there."
        if os.path.lexists(path) and not os.path.isdir(path):
            return f"{path} is {'a file' if os.path.isfile(path) else 'something else'}, not a folder."
    there = next(path for path in (root, *root.parents) if os.path.isdir(path))
    if error.errno == errno.EROFS:
        return f"{there} is on a disk that can only be read."
    if isinstance(error, PermissionError):
        return f"You may not write to {there}."
    return f"There can be no folder {root}: {error.strerror}."


@contextmanager
def _full_disk_explained(root: Path) -> Iterator[None]:
    """Add to what went wrong that the disk is full, if it is: few programs say so, and some blame the network."""
    try:
        yield
    except (OSError, Failure) as error:
        free = _free(root)  # now: what was written goes away with the run
        if free < SPARE:
            advice = (
                f"The disk is full: {free >> 20} MB are left in {root}, which takes up to 3 GB.\n"
                "Make room, or have XDG_CACHE_HOME name a folder on another disk; then run the same command again.\n"
                "What was finished is kept."
            )
        elif isinstance(error, OSError) and error.errno in FULL:
            advice = "Make room there; then run the same command again. What was finished is kept."
        else:
            raise
        raise Failure(f"{_first(error)}\n\n{advice}") from error


def _free(root: Path) -> int:
    """How many bytes are left on the disk where `root` is, or is to be."""
    return shutil.disk_usage(next(folder for folder in (root, *root.parents) if os.path.isdir(folder))).free


def _first(error: Exception) -> str:
    """What the error says; of a folder that could not be copied, about the first file."""
    if isinstance(error, shutil.Error) and isinstance(error.args[0], list):
        _, _, why = error.args[0][0]
        return str(why)
    return str(error)


def _try_lock(path: Path) -> BinaryIO | None:
    """The lock `path`, held until the file is closed or this process dies; None if somebody else has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = path.open("ab")
    except FileNotFoundError:  # `clean` has removed the folder again
        return None
    except PermissionError as error:
        if os.name == "nt":  # it is being removed
            return None
        raise Failure(
            f"You may not write to {path}, which a run by another user has made.\n"
            "Run dev.py as that user, or have XDG_CACHE_HOME name a folder of your own."
        ) from error
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.stat().st_ino == os.fstat(file.fileno()).st_ino:
            return file
    except (BlockingIOError, FileNotFoundError, PermissionError):  # the last one is msvcrt's
        pass
    except OSError as error:
        file.close()
        raise Failure(f"{path} cannot be locked: {error.strerror}.\nHave XDG_CACHE_HOME name a local disk.") from error
    # Somebody has it, or has removed the file since we opened it: others would lock a new one.
    file.close()
    return None


def _sweep(runs: Path, stop: Stop) -> bool:
    """Remove what killed runs have left. Returns whether a run is alive."""
    alive = False
    for path in runs.glob("*.lock"):
        if lock := _try_lock(path):
            _end(path, lock, stop)
        else:
            alive = True
    return alive


def _end(lock_path: Path, lock: BinaryIO, stop: Stop) -> None:
    """Stop what belongs to a run, remove its folder, and give its lock up."""
    folder = lock_path.with_suffix("")
    stop(folder)
    shutil.rmtree(folder, ignore_errors=True)
    lock.close()
    if not folder.exists():  # a killed run's last command may still be writing there: left to the next run
        lock_path.unlink(missing_ok=True)


def _forget_unused(root: Path) -> None:
    for place in root.glob("*-" + "?" * 16):
        if time.time() - place.stat().st_mtime > KEEP_SECONDS:
            shutil.rmtree(place, ignore_errors=True)

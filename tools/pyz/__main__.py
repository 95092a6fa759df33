"""wer.pyz: the command line of `wer` in one file, for a machine that has a Python and nothing else.

Windows loads an extension from a file only, so there the package is put into the user's own folder first, once for
each version: `wer uninstall` removes it. Each file is compared with what is in here at each start. Elsewhere, where the
package is its pure part, nothing is written.
"""

import hashlib
import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = "package/"
EXTENSIONS = "extensions/"


def main() -> int:
    """Find the package, and run the command."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever has this file has any Python
        sys.exit(f"wer.pyz needs Python 3.11 or later, and this is {sys.version.partition(' ')[0]}")
    sys.path.insert(0, unpacked() if sys.platform == "win32" else os.path.join(HERE, "package"))
    from wer.cli import main as run

    return run()


def unpacked() -> str:
    """The folder that the package is in, outside of this file."""
    import zipfile

    with zipfile.ZipFile(HERE) as archive:
        names = [name for name in archive.namelist() if name.startswith((PACKAGE, EXTENSIONS))]
        mine = [name for name in names if name.startswith(EXTENSIONS) and name.endswith(EXTENSION_SUFFIXES[0])]
        if not mine:
            have = ", ".join(sorted(name[len(EXTENSIONS) :] for name in names if name.startswith(EXTENSIONS)))
            sys.stderr.write(
                f"wer.pyz has nothing for this Python: it needs *{EXTENSION_SUFFIXES[0]}, and has {have}. "
                "Use one of those, or: pip install werapi\n"
            )
            sys.exit(5)
        files = {name[len(PACKAGE) :]: archive.read(name) for name in names if name.startswith(PACKAGE)}
        files[f"wer/{mine[0][len(EXTENSIONS) :]}"] = archive.read(mine[0])
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    local = os.environ.get("LOCALAPPDATA") or os.path.join(os.path.expanduser("~"), "AppData", "Local")
    folder = os.path.join(local, "wer", f"pyz-{digest.hexdigest()[:16]}")
    for name, data in files.items():
        keep(os.path.join(folder, *name.split("/")), data)
    return folder


def keep(path: str, data: bytes) -> None:
    """See that a file is there and has exactly this in it."""
    try:
        with open(path, "rb") as file:
            if file.read(len(data) + 1) == data:
                return
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    beside = f"{path}.{os.getpid()}"
    try:
        with open(beside, "wb") as file:
            file.write(data)
        os.replace(beside, path)  # another process may do the same at this moment
    except BaseException:
        if os.path.exists(beside):
            os.remove(beside)
        raise


if __name__ == "__main__":
    sys.exit(main())

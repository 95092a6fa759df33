"""wer.pyz: the command line in one file, for every Python for which there is a wheel."""

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tools import build
from tools.cache import Cache, Key

START = build.ROOT / "tools" / "pyz" / "__main__.py"
DATA = re.compile(r"[^/]+\.data/purelib/")  # where a wheel that is tagged for a platform has what is pure
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # for every file: the same wheels give the same bytes


def pyz(cache: Cache, wheels: Sequence[Path]) -> Path:
    """The file, with what is in these wheels: the package once, and the extension of each."""

    def make(folder: Path) -> None:
        members = {"__main__.py": START.read_bytes()}
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                for member_name in archive.namelist():
                    name = DATA.sub("", member_name)
                    if not name.startswith("wer/") or name.endswith("/"):
                        continue
                    place = f"extensions/{name.removeprefix('wer/')}" if name.endswith(".pyd") else f"package/{name}"
                    data = archive.read(member_name)
                    if members.setdefault(place, data) != data and not name.endswith(".dll"):
                        raise AssertionError(f"{name} differs between the wheels")
        with zipfile.ZipFile(folder / "wer.pyz", "w") as archive:
            for name, data in sorted(members.items()):
                member = zipfile.ZipInfo(name, LONG_AGO)
                member.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(member, data)

    key: Key = [START, Path(__file__), *(wheel.parent.name for wheel in wheels)]
    return cache.get("pyz", "wer.pyz", key, make) / "wer.pyz"

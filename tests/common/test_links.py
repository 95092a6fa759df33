"""What is a link, a junction or another reparse point, on any system."""

import os
import stat
import sys
from types import SimpleNamespace

import pytest

from wer._links import is_link, is_link_at


@pytest.mark.parametrize(
    ("mode", "attributes", "link"),
    [
        (stat.S_IFREG, 0, False),
        (stat.S_IFREG, stat.FILE_ATTRIBUTE_READONLY | stat.FILE_ATTRIBUTE_ARCHIVE, False),
        (stat.S_IFDIR, stat.FILE_ATTRIBUTE_DIRECTORY, False),
        (stat.S_IFDIR, stat.FILE_ATTRIBUTE_DIRECTORY | stat.FILE_ATTRIBUTE_REPARSE_POINT, True),
        (stat.S_IFREG, stat.FILE_ATTRIBUTE_REPARSE_POINT, True),
        (stat.S_IFLNK, 0, True),
        (stat.S_IFLNK, stat.FILE_ATTRIBUTE_REPARSE_POINT, True),
    ],
)
def test_what_windows_tells(mode, attributes, link):
    assert is_link(SimpleNamespace(st_mode=mode | 0o600, st_file_attributes=attributes)) is link


@pytest.mark.parametrize(("mode", "link"), [(stat.S_IFREG, False), (stat.S_IFLNK, True)])
def test_what_others_tell(mode, link):
    assert is_link(SimpleNamespace(st_mode=mode | 0o600)) is link


def test_what_is_not_there_is_none(tmp_path):
    (tmp_path / "file").touch()
    assert is_link_at(str(tmp_path / "file")) is False
    assert is_link_at(str(tmp_path / "nothing")) is False


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_a_link_that_leads_nowhere_is_one(tmp_path):
    os.symlink(tmp_path / "nothing", tmp_path / "link")
    assert is_link_at(str(tmp_path / "link")) is True

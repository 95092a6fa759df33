"""The files and folders of `wer.service`: who may open them, and what is refused; and its clock.

Wine keeps no access lists: it makes up one from the mode of the file on Linux. So it shows whether others may open a
file, and not that SYSTEM and administrators may. On Windows the whole list is compared.
"""

import contextlib
import ctypes
import os
import subprocess
import sys
import threading
import time
from ctypes import wintypes

import pytest
from pythons import PYTHON, WITH_WER

from wer import _native

if sys.platform == "win32":
    import _winapi
    import msvcrt

    advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel32.GetTickCount64.restype = ctypes.c_uint64
    WINE = hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")


def access(path):
    """The access list of a file, as text: D:(A;...)(A;...)."""
    text, descriptor = wintypes.LPWSTR(), ctypes.c_void_p()
    code = advapi32.GetNamedSecurityInfoW(str(path), 1, 4, None, None, None, None, ctypes.byref(descriptor))
    assert code == 0, "SE_FILE_OBJECT, DACL_SECURITY_INFORMATION"
    assert advapi32.ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, 1, 4, ctypes.byref(text), None)
    return text.value


def user():
    token, sid, text = wintypes.HANDLE(), (ctypes.c_void_p * 16)(), wintypes.LPWSTR()
    kernel32.GetCurrentProcess.restype = wintypes.HANDLE
    advapi32.OpenProcessToken.argtypes = [wintypes.HANDLE, wintypes.DWORD, ctypes.c_void_p]
    assert advapi32.OpenProcessToken(kernel32.GetCurrentProcess(), 8, ctypes.byref(token))
    assert advapi32.GetTokenInformation(token, 1, sid, ctypes.sizeof(sid), ctypes.byref(wintypes.DWORD()))
    assert advapi32.ConvertSidToStringSidW(ctypes.c_void_p(sid[0]), ctypes.byref(text))
    kernel32.CloseHandle(token)
    return text.value


@pytest.fixture
def close():
    """Have a descriptor closed."""
    with contextlib.ExitStack() as stack:

        def close(file):
            stack.callback(os.close, file)
            return file

        yield close


class TestWhoMayOpenThem:
    @pytest.fixture
    def seen(self, tmp_path):
        """By what it is: the access list."""
        _native.private_folder(tmp_path / "private")
        os.mkdir(tmp_path / "other")
        for name in ("private", "other"):
            os.close(_native.private_file(tmp_path / name / "private_file"))
            os.close(_native.shared_file(tmp_path / name / "shared_file"))
        paths = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")]
        return {path: access(tmp_path / path) for path in paths}

    def test_others_may_not(self, seen):
        others = {path for path, text in seen.items() if ";WD)" in text or ";BU)" in text or ";AU)" in text}
        mine = {path for path, text in seen.items() if f";FA;;;{user()})" in text}
        assert mine == set(seen)
        assert "private" not in others
        assert not {path for path in others if path.endswith("private_file")}
        if WINE:
            assert "other" in others, "or this test would see nothing"

    def test_the_whole_list(self, seen):
        if WINE:
            pytest.skip("Wine keeps no access lists")
        aces = [f"(A;{{}};FA;;;{who})" for who in ("SY", "BA", user())]
        assert seen["private"] == "D:P" + "".join(aces).format(*["OICI"] * 3)
        for name in ("private/private_file", "other/private_file"):
            assert seen[name] == "D:P" + "".join(aces).format(*[""] * 3)
        inherited = seen["private/shared_file"].partition("(")
        assert "P" not in inherited[0]
        assert inherited[1] + inherited[2] == "".join(aces).format(*["ID"] * 3)

    def test_a_folder_that_is_there_keeps_its_rights(self, tmp_path):
        os.mkdir(tmp_path / "there")
        before = access(tmp_path / "there")
        _native.private_folder(tmp_path / "there")
        assert access(tmp_path / "there") == before


class TestPrivateFile:
    def test_it_is_new(self, tmp_path, close):
        close(_native.private_file(tmp_path / "a"))
        with pytest.raises(FileExistsError, match="CreateFileW: ") as caught:
            _native.private_file(tmp_path / "a")
        assert (caught.value.winerror, caught.value.filename) == (80, tmp_path / "a")

    def test_it_can_be_removed_while_it_is_open(self, tmp_path, close):
        file = close(_native.private_file(str(tmp_path / "a")))
        os.write(file, b"text")
        os.rename(tmp_path / "a", tmp_path / "b")
        os.unlink(tmp_path / "b")

    def test_children_do_not_inherit_it(self, tmp_path, close):
        file = close(_native.private_file(tmp_path / "a"))
        assert not os.get_inheritable(file)
        assert not os.get_handle_inheritable(msvcrt.get_osfhandle(file))


class TestSharedFile:
    def test_the_same_for_all(self, tmp_path, close):
        one, other = close(_native.shared_file(tmp_path / "a")), close(_native.shared_file(tmp_path / "a"))
        os.write(one, b"a\r\n\x1a")
        assert os.read(other, 10) == b"a\r\n\x1a"
        assert not os.get_handle_inheritable(msvcrt.get_osfhandle(one))
        with pytest.raises(PermissionError):
            os.unlink(tmp_path / "a")

    def test_what_is_no_file_of_its_own(self, tmp_path):
        os.mkdir(tmp_path / "folder")
        with pytest.raises(PermissionError) as caught:
            _native.shared_file(tmp_path / "folder")
        assert caught.value.filename == tmp_path / "folder"
        (tmp_path / "file").write_text("x")
        os.link(tmp_path / "file", tmp_path / "linked")
        with pytest.raises(OSError, match="CreateFileW: ") as caught:
            _native.shared_file(tmp_path / "linked")
        assert caught.value.winerror == 1920
        with pytest.raises(OSError, match="CreateFileW: ") as caught:
            _native.shared_file("NUL")
        assert caught.value.winerror == 1920

    def test_a_link(self, tmp_path):
        if WINE:
            pytest.skip("Wine follows the symbolic links of Linux, and has no others")
        try:
            os.symlink(tmp_path / "target", tmp_path / "link")
        except OSError:
            pytest.skip("making symbolic links needs an administrator or developer mode")
        for function in (_native.shared_file, _native.private_file):
            with pytest.raises(OSError, match="CreateFileW: "):
                function(tmp_path / "link")
        assert not (tmp_path / "target").exists()


class TestPrivateFolder:
    def test_it_may_be_there(self, tmp_path):
        _native.private_folder(tmp_path / "a")
        _native.private_folder(str(tmp_path / "a"))

    def test_it_cannot_be_made(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="CreateDirectoryW: ") as caught:
            _native.private_folder(tmp_path / "a" / "b")
        assert caught.value.filename == tmp_path / "a" / "b"
        (tmp_path / "file").write_text("x")
        with pytest.raises(NotADirectoryError) as caught:
            _native.private_folder(tmp_path / "file")
        assert caught.value.winerror == 267

    def test_a_junction(self, tmp_path):
        os.mkdir(tmp_path / "target")
        try:
            _winapi.CreateJunction(str(tmp_path / "target"), str(tmp_path / "junction"))
        except OSError:
            pytest.skip("needs junctions, which Wine does not have")
        with pytest.raises(OSError, match="CreateDirectoryW: ") as caught:
            _native.private_folder(tmp_path / "junction")
        assert caught.value.winerror == 1920


@pytest.mark.parametrize("name", ["private_file", "private_folder", "shared_file"])
def test_nothing_is_leaked(name, tmp_path):
    """Handles: of files that are made and closed, and of those that are refused."""
    function = getattr(_native, name)

    def handles():
        count = wintypes.DWORD()
        kernel32.GetProcessHandleCount.argtypes = [wintypes.HANDLE, ctypes.c_void_p]
        assert kernel32.GetProcessHandleCount(ctypes.c_void_p(-1), ctypes.byref(count))
        return count.value

    (tmp_path / "file").write_text("x")
    os.link(tmp_path / "file", tmp_path / "linked")
    counted = []
    for number in range(200):
        file = function(tmp_path / f"{number}")
        if file is not None:
            os.close(file)
        for refused in ("linked", "no/such"):
            with pytest.raises(OSError, match="Create"):
                function(tmp_path / refused)
        counted.append(handles())
    assert counted[-1] <= counted[10] + 2


def test_the_clock():
    before = kernel32.GetTickCount64()
    seen = _native.uptime()
    assert before <= seen <= kernel32.GetTickCount64()
    time.sleep(0.05)
    assert seen + 30 <= _native.uptime() <= seen + 30_000


def test_the_clock_is_the_same_in_other_processes():
    ask = "import wer._native as n; print(n.uptime())"
    done = [
        _native.uptime(),
        int(subprocess.check_output([PYTHON, "-c", ask], text=True, env=WITH_WER)),
        _native.uptime(),
    ]
    assert sorted(done) == done


def test_threads(tmp_path):
    """Without the GIL in CreateFileW: each has its own."""
    made = []
    threads = [
        threading.Thread(target=lambda n=n: made.append(_native.private_file(tmp_path / str(n)))) for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for file in made:
        os.close(file)
    assert len(set(made)) == 20

"""Excluding applications from error reporting. The user's settings are changed, and changed back."""

import contextlib
import winreg

import pytest

import wer

KEY = r"Software\Microsoft\Windows\Windows Error Reporting\ExcludedApplications"
NAME = "wer-tests-€😀.exe"


def is_excluded(root, name=NAME):
    try:
        with winreg.OpenKey(root, KEY) as key:
            winreg.QueryValueEx(key, name)
    except FileNotFoundError:
        return False
    return True


@pytest.fixture
def _nothing_stays():
    yield
    for everybody in (False, True):
        with contextlib.suppress(wer.WerError):
            wer.remove_excluded_application(NAME, everybody)


@pytest.mark.usefixtures("_nothing_stays")
def test_add_and_remove_for_the_user():
    assert wer.add_excluded_application(NAME) is None
    assert is_excluded(winreg.HKEY_CURRENT_USER)
    assert wer.remove_excluded_application(NAME) is None
    assert not is_excluded(winreg.HKEY_CURRENT_USER)


@pytest.mark.usefixtures("_nothing_stays")
def test_add_and_remove_for_everybody(standin):
    """On Windows this needs an administrator."""
    wer.add_excluded_application(NAME, all_users=True)
    assert is_excluded(winreg.HKEY_LOCAL_MACHINE)
    assert not is_excluded(winreg.HKEY_CURRENT_USER)
    wer.remove_excluded_application(NAME, all_users=True)
    assert not is_excluded(winreg.HKEY_LOCAL_MACHINE)


@pytest.mark.usefixtures("_nothing_stays", "standin")
def test_adding_twice_is_no_error():
    wer.add_excluded_application(NAME)
    wer.add_excluded_application(NAME)
    wer.remove_excluded_application(NAME)
    assert not is_excluded(winreg.HKEY_CURRENT_USER)


def test_remove_what_is_not_excluded():
    with pytest.raises(wer.WerError) as caught:
        wer.remove_excluded_application(NAME)
    assert caught.value.function == "WerRemoveExcludedApplication"
    assert caught.value.filename == NAME
    assert caught.value.hresult & 0xFFFFFFFF in (0x800700CB, 0x80004005), "the later and the older answer of Windows"
    if caught.value.winerror == 203:
        assert "the application is not excluded" in str(caught.value)


@pytest.mark.parametrize(
    ("function", "call"),
    [
        ("WerAddExcludedApplication", wer.add_excluded_application),
        ("WerRemoveExcludedApplication", wer.remove_excluded_application),
    ],
)
class TestBoth:
    @pytest.mark.parametrize(
        ("arguments", "all_users"), [((), 0), ((False,), 0), ((True,), 1), ((0,), 0), (("yes",), 1), (([],), 0)]
    )
    def test_arguments(self, function, call, arguments, all_users, standin):
        standin.answer(function, 0)
        call("spooler.exe", *arguments)
        assert standin.call(function).args == {"pwzExeName": "spooler.exe", "bAllUsers": all_users}

    def test_no_right(self, function, call, standin):
        standin.answer(function, 0x80070005)
        with pytest.raises(wer.WerError, match="needs an administrator") as caught:
            call("spooler.exe", all_users=True)
        assert caught.value.hresult == wer.HResult.E_ACCESSDENIED

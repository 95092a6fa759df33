"""WerError: an OSError that names the function, the code and what to do."""

import errno
import pickle
import sys

import pytest

import wer
from wer._errors import _python_error


@pytest.mark.parametrize("code", [0x80070005, 0x80070005 - (1 << 32)])
def test_code_is_signed_however_it_was_given(code):
    error = wer.WerError(code, "WerReportSubmit")
    assert error.hresult == -2147024891 == wer.HResult.E_ACCESSDENIED
    assert error.winerror == 5
    assert error.errno == errno.EACCES
    assert error.function == "WerReportSubmit"


def test_is_caught_as_oserror():
    with pytest.raises(OSError, match="WerReportAddDump failed"):
        raise wer.WerError(0x80004005, "WerReportAddDump")


def test_text_names_function_code_name_and_meaning():
    text = str(wer.WerError(0x80070503, "WerReportSetParameter"))
    assert text == (
        "WerReportSetParameter failed with 0x80070503 (WER_E_LENGTH_EXCEEDED): a text is longer than WER takes"
    )


def test_text_names_the_file():
    error = wer.WerError(0x80070002, "WerReportAddFile", "not there", r"C:\x.log")
    assert error.filename == r"C:\x.log"
    assert error.errno == errno.ENOENT
    assert str(error) == r"WerReportAddFile failed with 0x80070002: not there: 'C:\\x.log'"


def test_own_words_come_before_the_systems():
    assert wer.WerError(0x80070490, "WerUnregisterFile", "Element not found").strerror.startswith("not found: ")


def test_unknown_code_still_says_something():
    assert "no description" in str(wer.WerError(0x8A123456, "WerReportCreate"))


def test_code_without_win32_error_has_no_winerror():
    error = wer.WerError(0x80004001, "WerReportAddDump")
    assert error.winerror is None
    assert error.errno == errno.EIO


def test_pickle_keeps_everything():
    error = wer.WerError(0x80070002, "WerReportAddFile", "text", "x.log")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(copy) is type(error)
    assert isinstance(copy, FileNotFoundError)
    assert (copy.hresult, copy.function, copy.winerror, copy.errno, copy.filename, str(copy)) == (
        error.hresult,
        error.function,
        error.winerror,
        error.errno,
        error.filename,
        str(error),
    )


@pytest.mark.parametrize(
    ("win32", "number"),
    [
        (2, errno.ENOENT),
        (3, errno.ENOENT),
        (5, errno.EACCES),
        (6, errno.EBADF),
        (14, errno.ENOMEM),
        (87, errno.EINVAL),
        (112, errno.ENOSPC),
        (9999, errno.EIO),
        (None, errno.EIO),
    ],
)
def test_the_errno_of_a_win32_error_off_windows(win32, number, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    assert _python_error(win32).errno == number


def test_an_application_that_is_not_excluded():
    assert wer.WerError(0x800700CB, "WerRemoveExcludedApplication").strerror == "the application is not excluded"


def test_the_systems_words_without_their_full_stop():
    assert wer.WerError(0x8A123456, "WerReportCreate", ". It failed. ").strerror == ". It failed"


def test_repr():
    error = wer.WerError(-2147467259, "WerReportCreate")
    assert repr(error) == "WerError(0x80004005, 'WerReportCreate', 'unspecified failure')"


class OwnError(wer.WerError):
    """As a program may have one."""


def test_a_class_of_ones_own_survives_a_pickle():
    error = OwnError(0x80070002, "WerReportAddFile", "text", "x.log")
    assert type(error) is OwnError
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(copy) is OwnError
    assert str(copy) == str(error)


@pytest.mark.parametrize("code", [0x80004005, 0x80070002, 0x80070005])
def test_whatever_it_is_it_prints_as_a_werror(code):
    kind = type(wer.WerError(code, "WerReportCreate"))
    assert (kind.__module__, kind.__name__) == ("wer", "WerError")

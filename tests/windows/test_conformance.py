"""The calls of Wine's own tests of wer.dll, with the answers that those expect of Windows.

Wine's tests were run on many versions of Windows, so these answers are more than documentation: the stand-in must
give them, and so must the real WER, where this runs too. The table is in tests/standin/README.md as well.
"""

import ctypes

import pytest

S_OK, E_INVALIDARG = {0}, {0x80070057}
NOT_LISTED = {0x80004005, 0x800700CB}  # E_FAIL; later ones: ERROR_ENVVAR_NOT_FOUND
UNKNOWN_TYPE = {0, 0x80070057}  # old ones do not look; later ones refuse
NAME = "winetest_wer.exe"
CRITICAL = 1


class Dll:
    """wer.dll with plain pointers: what the package would refuse goes through."""

    def __init__(self, path):
        self.dll = ctypes.WinDLL(str(path))
        self.calls = 0

    def __call__(self, function, *arguments):
        self.calls += 1
        return getattr(self.dll, function)(*arguments) & 0xFFFFFFFF

    def create(self, event, report_type=CRITICAL):
        handle = ctypes.c_void_p(0xDEADBEEF)
        return self("WerReportCreate", ctypes.c_wchar_p(event), report_type, None, ctypes.byref(handle)), handle

    def close(self, handle):
        return self("WerReportCloseHandle", handle)


@pytest.fixture
def wer_dll(system_folder):
    return Dll(system_folder / "wer.dll")


@pytest.fixture
def windows_folder(windll):
    path = ctypes.create_unicode_buffer(260)
    assert windll.GetWindowsDirectoryW(path, len(path))
    return path.value


ADD, REMOVE = "WerAddExcludedApplication", "WerRemoveExcludedApplication"
EXCLUSIONS = {
    "adding": [
        (REMOVE, NAME, S_OK | NOT_LISTED),
        (ADD, None, E_INVALIDARG),
        (ADD, "", E_INVALIDARG),
        (ADD, NAME, S_OK),
        (ADD, NAME, S_OK),
        (REMOVE, NAME, S_OK),
        (ADD, "{windows}", S_OK),
        (REMOVE, "{windows}", S_OK),
        (ADD, "{windows}\\", E_INVALIDARG),
        (ADD, "{windows}\\" + NAME, S_OK),
        (REMOVE, "{windows}\\" + NAME, S_OK),
    ],
    "removing": [
        (REMOVE, NAME, S_OK | NOT_LISTED),
        (ADD, NAME, S_OK),
        (REMOVE, None, E_INVALIDARG),
        (REMOVE, "", E_INVALIDARG),
        (REMOVE, NAME, S_OK),
        (REMOVE, NAME, NOT_LISTED),
        (REMOVE, "{windows}", NOT_LISTED),
        (ADD, "{windows}", S_OK),
        (REMOVE, "{windows}", S_OK),
        (ADD, "{windows}\\", E_INVALIDARG),
        (REMOVE, "{windows}\\", E_INVALIDARG),
        (ADD, "{windows}\\" + NAME, S_OK),
        (REMOVE, "{windows}\\" + NAME, S_OK),
    ],
}


@pytest.mark.parametrize("group", EXCLUSIONS)
def test_excluded_applications(wer_dll, windows_folder, group):
    """A path is taken, and its last part is listed. The list is the user's, and ends as it was."""
    for function, name, answers in EXCLUSIONS[group]:
        text = name if name is None else name.format(windows=windows_folder)
        hr = wer_dll(function, ctypes.c_wchar_p(text), 0)
        assert hr in answers, f"call {wer_dll.calls}: {function}({text!r}): {hr:#010x}"


def test_the_last_part_of_a_path_is_listed(wer_dll, windows_folder):
    assert wer_dll(ADD, ctypes.c_wchar_p(f"{windows_folder}\\{NAME}"), 0) == 0
    assert wer_dll(REMOVE, ctypes.c_wchar_p(NAME), 0) == 0


def test_closing_a_report(wer_dll):
    hr, report = wer_dll.create("APPCRASH")
    assert hr == 0
    assert wer_dll.close(report) in S_OK
    assert wer_dll.close(report) in E_INVALIDARG, "again"
    assert wer_dll.close(None) in E_INVALIDARG


def test_creating_a_report(wer_dll):
    hr, report = wer_dll.create("APPCRASH")
    assert (hr, wer_dll.close(report)) == (0, 0)
    assert wer_dll("WerReportCreate", ctypes.c_wchar_p("APPCRASH"), CRITICAL, None, None) in E_INVALIDARG
    for event in (None, ""):
        hr, report = wer_dll.create(event)
        assert hr in E_INVALIDARG, event


@pytest.mark.parametrize("report_type", [0, 1, 2, 3, 4, 5, 6, 42])
def test_report_types(wer_dll, report_type):
    """4 came with Windows 8; what is beyond it may be refused."""
    hr, report = wer_dll.create("APPCRASH", report_type)
    assert hr in (S_OK if report_type <= 4 else UNKNOWN_TYPE)
    if hr == 0:
        assert wer_dll.close(report) == 0


def test_seven_reports_at_once(wer_dll):
    reports = [wer_dll.create("APPCRASH") for _ in range(7)]
    assert [hr for hr, _ in reports] == [0] * 7
    assert [wer_dll.close(report) for _, report in reversed(reports)] == [0] * 7

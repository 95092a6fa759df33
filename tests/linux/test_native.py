"""The C that files reports, linked for Linux with the Windows of tests/fake, where what it calls can fail."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FAKE, NATIVE = ROOT / "tests" / "fake", ROOT / "src" / "wer" / "native"
COMPILER = [
    *(sys.executable, "-m", "ziglang", "cc", "-target", "x86_64-linux-gnu"),
    *("-std=gnu99", "-Wall", "-Wextra", "-Werror", "-fshort-wchar", "-D_GNU_SOURCE", "-D_WIN32_WINNT=0x0A00"),
    *(f"-I{FAKE}", f"-I{ROOT / 'include'}", f"-I{NATIVE}"),
]
# Without what takes Python's headers.
SOURCES = [
    *(path for path in FAKE.glob("*.c") if path.name != "text.c"),
    *(path for path in NATIVE.glob("*.c") if path.name != "capitable.c"),
]
START = """
#include "fake.h"
#include "prepared.h"
#include <stdio.h>

static struct WerTemplate *t;

static HRESULT report(DWORD code)
{
    EXCEPTION_RECORD record = {0};
    CONTEXT context = {0};
    EXCEPTION_POINTERS pointers = {&record, &context};

    record.ExceptionCode = code;
    return wer_report_exception(t, &pointers, NULL);
}

int main(void)
{
    if (wer_template_create(L"WerTests.Native", WerReportApplicationCrash, NULL, WerConsentNotAsked, 0, &t) != S_OK
        || wer_template_set_timeout(t, 2000) != S_OK)
        return 1;
"""
# The thread that watches the first one comes when it is to file the third, a stack overflow.
IN_A_ROW = """
    for (int i = 1; i <= 5; i++) {
        fake_be_late(200);
        if (report(0xC0000005) != S_OK)
            return 2;
        Sleep(50); /* it has been woken */
        if (report(0xC0000005) != S_OK || report(EXCEPTION_STACK_OVERFLOW) != S_OK)
            return 2;
        Sleep(50);
        if (fake_calls("WerReportCreate") != 3 * i) {
            printf("%d: %d reports", i, fake_calls("WerReportCreate"));
            return 2;
        }
    }
"""
NO_HANDLE = """
    fake_fail("WerReportCreate", 1, S_FALSE, 1);
    if (report(0xC0000005) != E_UNEXPECTED || fake_calls("WerReportSubmit") != 0)
        return 3;
    if (report(0xC0000005) != S_OK || fake_calls("WerReportSubmit") != 1)
        return 4;
"""
END = """
    wer_template_release(t);
    return fake_bad_closes();
}
"""


@pytest.mark.parametrize("code", [IN_A_ROW, NO_HANDLE], ids=["in a row", "no handle"])
def test_reports(code, tmp_path):
    """However late the thread comes that watches a report, the next one is filed once, and the process goes on."""
    (tmp_path / "test.c").write_text(START + code + END)
    command = [*COMPILER, tmp_path / "test.c", *SOURCES, "-lpthread", "-ldl", "-rdynamic", "-o", tmp_path / "test"]
    compiled = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (compiled.returncode, compiled.stderr) == (0, "")
    done = subprocess.run([tmp_path / "test"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

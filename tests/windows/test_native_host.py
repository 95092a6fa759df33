"""A native program that embeds Python (tests/capi/host.c): its reports from C, and its crashes.

The dumps are read back with an independent reader. What each mode of the program does is said there.
"""

import os
import shutil
import sys
from pathlib import Path

import pytest

import wer

HOST = os.environ.get("WERAPI_HOST", "")
pytestmark = pytest.mark.skipif(not HOST, reason="needs the C host, which dev.py compiles")
FROM_3_12 = pytest.mark.skipif(sys.version_info < (3, 12), reason="interpreters with their own GIL came with 3.12")

ACCESS_VIOLATION = 0xC0000005
STACK_OVERFLOW = 0xC00000FD
FATAL_APP_EXIT = 0x40000015
ENVIRONMENT = {
    "PATH": f"{sys.base_prefix};{os.environ['PATH']}",  # python3XX.dll
    "PYTHONHOME": sys.base_prefix,
    "PYTHONPATH": str(Path(wer.__file__).parent.parent),  # which may be a virtual environment's
}


@pytest.fixture
def host(finish):
    """Run the host in a mode: `host(mode, *commands for the stand-in)`."""

    def host(mode, *commands, arguments=(), program=HOST):
        done = finish([program, mode, *arguments], *commands, **ENVIRONMENT)
        assert done.code != 99, (done.lines, done.errors)
        return done

    return host


@pytest.fixture
def alone(run_program):
    """The same without the stand-in, for what files no report: `alone(mode)` gives exit code and lines."""

    def alone(mode, program=HOST):
        done = run_program([program, mode], os.environ | ENVIRONMENT)
        assert done.returncode != 99, (done.stdout, done.stderr)
        return done.returncode, done.stdout.splitlines()

    return alone


def check_exception(done, code, threads=1):
    """The dump's exception: of this code, in the host's own code, in a thread that the host has named."""
    assert done.exception.ExceptionRecord.ExceptionCode_raw == code
    assert done.crashed_module == "host.exe"
    named = done.said("thread")
    assert len(named) == threads
    assert str(done.exception.ThreadId) in named
    assert done.exception.ThreadId in {thread.ThreadId for thread in done.dump.threads.threads}


def test_a_report_from_c(host, standin):
    done = host("report")
    assert done.code == 0
    assert done.lines == [
        *("create 0x00000000", "set_parameter 0x00000000", "set_ui_option 0x00000000", "add_file 0x00000000"),
        *("add_dump 0x00000000", "submit 0x00000000", "result 1", "close 0x00000000"),
        "closed 0x80070057",  # E_INVALIDARG
    ]
    lines, _ = standin.report_wer()
    assert lines["FriendlyEventName"] == "A host's report"
    assert set(standin.files()) == {"minidump.mdmp", "host.exe"}


def test_reports_as_objects_and_back(host):
    done = host("objects")
    assert done.code == 0
    assert done.lines == [
        *("check 1", "check of another object 0", "same handle 1"),
        "borrowed: close 0x00000000",
        *("handle of a closed one 0", "report_handle ValueError: the report is closed"),
        "owned: close 0x80070057",
        *("handle of None 0", "report_handle TypeError: a wer.Report is needed, got NoneType"),
        *("from NULL 0", "report_from_handle ValueError: handle is NULL, which is no report handle"),
        *("template of None 0", "template_from_object TypeError: a wer.ReportTemplate is needed, got NoneType"),
    ]
    assert [call["args"]["pwzName"] for call in done.called("WerReportSetParameter")] == ["Set by"]


def test_limits_of_a_template(alone):
    _, lines = alone("limits")
    answers = dict(line.rsplit(" ", 1) for line in lines)
    wrong, long, fine = "0x80070057", "0x80070503", "0x00000000"
    assert answers == {
        **dict.fromkeys(("no event", "empty event", "type", "consent", "dwSize", "no result"), wrong),
        **dict.fromkeys(("long event", "long name", "long value", "long path"), long),
        "template": "0",
        **dict.fromkeys(("P10", "no value", "empty path", "file type", "dump type", "options", "timeout"), wrong),
        **dict.fromkeys(("longest name", "longest value", "32 files", "uninstall"), fine),
        "33 files": "0x80070718",  # ERROR_NOT_ENOUGH_QUOTA
        **dict.fromkeys(("no pointers", "no record", "no template"), wrong),
        "not installed": "0x80070490",  # WER_E_NOT_FOUND
        "installed": "0x800700B7",  # ERROR_ALREADY_EXISTS
        **dict.fromkeys(("sealed", "sealed timeout"), "0x8007139F"),  # WER_E_INVALID_STATE
    }


def test_a_wer_that_the_program_does_not_fit(alone):
    _, (imported, version, imported_too, size, larger, without, missing) = alone("mismatch")
    assert [imported, imported_too, without] == ["import 0"] * 3
    assert version == (
        "version ImportError: the installed wer has version 99 of its C interface, this program was compiled for "
        "version 1: compile it with the headers in wer.get_include()"
    )
    assert size.startswith("size ImportError: the installed wer is older than this program: its C interface has ")
    assert "update wer" in size
    assert larger == "import of a larger one 1", "members are only appended"
    assert missing == "capsule ImportError: the installed wer has no C interface for this program: update wer"


def test_the_header_in_cpp(alone):
    assert alone("cpp") == (0, ["version 1"])


class TestCrash:
    def test_an_access_violation_in_c(self, host, standin):
        done = host("crash-c")
        assert done.code == ACCESS_VIOLATION
        check_exception(done, ACCESS_VIOLATION)
        lines, _ = standin.report_wer()
        assert (lines["EventType"], lines["Sig[0].Value"]) == ("WerTests.Host", "1.2.3")
        assert len(done.called("WerReportCloseHandle")) == 1

    def test_an_access_violation_inside_a_call_from_python(self, host, standin):
        """With a template that Python has prepared, and let go of."""
        done = host("crash-python")
        assert done.code == ACCESS_VIOLATION
        check_exception(done, ACCESS_VIOLATION)
        lines, _ = standin.report_wer()
        assert (lines["EventType"], lines["Sig[0].Value"]) == ("WerTests.Python", "1.2.3")

    def test_wer_says_that_it_succeeded_and_gives_no_report(self, host):
        """Nothing more is asked of it then."""
        done = host("crash-c", "fail WerReportCreate 1 0")
        assert done.code == ACCESS_VIOLATION
        assert [call["function"] for call in done.calls] == ["WerReportCreate"]

    def test_a_stack_overflow(self, host):
        """A real one; WER is called on the stack of another thread."""
        done = host("crash-overflow")
        assert done.code == STACK_OVERFLOW
        check_exception(done, STACK_OVERFLOW)
        [caller] = {call["tid"] for call in done.calls}
        assert str(caller) not in done.said("thread")

    def test_abort_in_a_thread_while_the_main_thread_holds_the_gil(self, host):
        done = host("crash-abort")
        assert done.code not in (0, 1)
        assert done.said("report_here") == ["0x00000000"]
        assert done.said("result") == ["1"]
        check_exception(done, FATAL_APP_EXIT)

    @pytest.mark.parametrize(
        ("function", "result"), [("WerReportCreate", "0"), ("WerReportAddDump", "1"), ("WerReportSubmit", "0")]
    )
    def test_the_first_failure_is_told_and_whether_the_report_was_submitted(self, host, function, result):
        done = host("crash-abort", f"fail {function} 1 0x80004005")
        assert done.said("report_here") == ["0x80004005"]
        assert done.said("result") == [result]
        assert len(done.called("WerReportCloseHandle")) == (function != "WerReportCreate")

    def test_64_threads_at_once_are_one_report(self, host):
        done = host("crash-threads", "delay WerReportAddDump 1 500")
        assert done.code == ACCESS_VIOLATION
        assert len(done.called("WerReportCreate")) == len(done.called("WerReportCloseHandle")) == 1
        check_exception(done, ACCESS_VIOLATION, threads=64)

    def test_64_threads_at_once_without_the_handler(self, host):
        """The first wins; the others are told so at once, while the first is still at it."""
        name = f"wer-tests-own-{os.getpid()}"
        done = host("crash-threads-own", f"block WerReportAddDump 1 {name}", arguments=[f"{name}.release"])
        assert set(done.said("reported")) == {"1"}
        assert set(done.said("busy")) == {"63"}
        assert set(done.said("others")) == {"0"}
        check_exception(done, ACCESS_VIOLATION, threads=64)

    def test_while_another_thread_is_inside_add_dump(self, host, standin):
        name = f"wer-tests-host-{os.getpid()}"
        done = host("crash-add-dump", f"block WerReportAddDump 1 {name}", arguments=[f"{name}.entered"])
        assert done.code == ACCESS_VIOLATION
        check_exception(done, ACCESS_VIOLATION)
        lines, _ = standin.report_wer()
        assert lines["EventType"] == "WerTests.Host"

    def test_after_python_is_finalized(self, host):
        done = host("crash-finalized")
        assert done.said("finalize") == ["0"]
        assert done.code == ACCESS_VIOLATION
        check_exception(done, ACCESS_VIOLATION)


class TestInterpreters:
    def test_one_that_has_not_imported_wer(self, host):
        """Each of them, and the main one when Python is initialized again, has classes of its own, or none."""
        done = host("without-wer")
        assert (done.code, done.errors) == (0, "")
        none = "ImportError: wer is not imported in this interpreter: call Wer_ImportCAPI() there once more"
        asked = ["check 0"] + [
            f"{call} {none}" for call in ("report_from_handle", "report_handle", "template_from_object")
        ]
        assert done.lines == [
            "check of NULL 0",
            "report_from_handle of NULL ValueError: handle is NULL, which is no report handle",
            "report_handle of NULL TypeError: a wer.Report is needed, got NULL",
            "template_from_object of NULL TypeError: a wer.ReportTemplate is needed, got NULL",
            *asked,
            "finalize 0",
            *asked,
        ]

    def test_python_is_finalized_and_initialized_again(self, host):
        """The handler stays installed all the while, and reports the crash at the end."""
        done = host("again")
        assert done.said("installed") == ["0x800700B7"] * 3
        assert done.said("finalize") == ["0"] * 3
        assert done.code == ACCESS_VIOLATION
        assert [call["args"]["pwzEventType"] for call in done.called("WerReportCreate")] == [
            *["WerTests.Again"] * 3,
            "WerTests.Host",
        ]

    @FROM_3_12
    @pytest.mark.parametrize("mode", ["interpreters-shared-gil", "interpreters-own-gil"])
    def test_interpreters_beside_the_main_one(self, host, mode):
        done = host(mode)
        assert (done.code, done.said("interpreter"), done.said("finalize")) == (0, ["1", "2", "3"], ["0"])
        assert len(done.called("WerReportSubmit")) == 10

    @FROM_3_12
    def test_interpreters_at_the_same_time(self, host):
        done = host("interpreters-at-once")
        assert (done.code, done.said("used")) == (0, ["4"])
        assert len(done.called("WerReportSubmit")) == 81


class TestExample:
    """examples/native_host"""

    PROGRAM = os.path.join(os.path.dirname(HOST), "native_host.exe")

    def test_a_crash(self, host, standin):
        done = host("--crash", program=self.PROGRAM)
        assert done.code == ACCESS_VIOLATION
        assert done.lines == [f"thread {done.exception.ThreadId} crashes"]
        lines, _ = standin.report_wer()
        assert (lines["EventType"], lines["FriendlyEventName"]) == ("NativeHost.Crash", "The native host has crashed")

    def test_a_script(self, alone, tmp_path):
        script = tmp_path / "script.py"
        script.write_text("import sys; print(sys.version_info[:2])")
        assert alone(str(script), self.PROGRAM) == (0, [str(sys.version_info[:2])])
        script.write_text("1 / 0")
        assert alone(str(script), self.PROGRAM) == (1, [])

    def test_a_script_with_a_name_of_all_the_world(self, alone, tmp_path):
        script = tmp_path / "sk\u00fcrpt \u65e5\u672c.py"
        script.write_text("import sys; print(ascii(sys.argv[0][-8:]))")
        assert alone(str(script), self.PROGRAM) == (0, [r"'pt \u65e5\u672c.py'"])

    def test_it_runs_as_documented(self, run_program, tmp_path):
        """Beside Python's DLL, with PYTHONHOME; docs/native-hosts.md."""
        shutil.copyfile(self.PROGRAM, tmp_path / "native_host.exe")
        for name in (f"python3{sys.version_info.minor}.dll", "vcruntime140.dll"):
            shutil.copyfile(Path(sys.base_prefix, name), tmp_path / name)
        (tmp_path / "script.py").write_text("import wer; print(wer.__name__)")
        system = {name: value for name, value in os.environ.items() if name.upper() in {"SYSTEMROOT", "TEMP", "TMP"}}
        packages = str(Path(wer.__file__).parent.parent)
        environment = {**system, "PATH": str(Path(os.environ["SYSTEMROOT"], "System32")), "PYTHONHOME": sys.base_prefix}
        if packages != str(Path(sys.base_prefix, "Lib", "site-packages")):
            environment["PYTHONPATH"] = packages  # of a virtual environment
        done = run_program([tmp_path / "native_host.exe", "script.py"], environment, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "wer\n", "")

    def test_a_crash_in_a_script(self, host, tmp_path, standin):
        script = tmp_path / "script.py"
        script.write_text("import ctypes; ctypes.c_int.from_address(16).value")
        assert host(str(script), program=self.PROGRAM).code == ACCESS_VIOLATION
        assert len(standin.reports()) == 1

"""`wer.enable` in programs that really fail, and what their reports hold."""

import sys

import pytest

from wer.service import traceback_hash

ENABLE = """
import sys, threading, time, os, faulthandler
import wer
service = wer.enable("WerTests", version="1.2.3", consent=wer.Consent.NOT_ASKED)

def say(*what):
    print(*what, flush=True)
"""


@pytest.fixture
def run(finish, tmp_path):
    """Run a program with a profile of its own, so with limits and private files of its own."""

    def run(code, *commands, enable=ENABLE):
        profile = tmp_path / "profile"
        profile.mkdir(exist_ok=True)
        return finish([sys.executable, "-c", enable + code], *commands, LOCALAPPDATA=str(profile))

    return run


def parameters(lines):
    """The signature of a Report.wer: names and values."""
    names = [name for name in lines if name.startswith("Sig[") and name.endswith("].Name")]
    return {lines[name]: lines[name.replace("Name", "Value")] for name in names}


def text_of(standin):
    """The Python story in the one report, and the names of its files."""
    files = standin.files()
    [path] = [path for name, path in files.items() if name.endswith(".txt")]
    return path.read_text(encoding="utf-8"), files


class TestException:
    def test_that_ends_the_program(self, run, standin):
        done = run("def work():\n    {}['key']\n\nwork()")
        assert done.code == 1
        assert "KeyError: 'key'" in done.errors
        text, files = text_of(standin)
        assert any(name.endswith((".mdmp", ".dmp")) for name in files)
        assert "KeyError: 'key'" in text
        assert 'File "<string>", line ' in text
        assert "MainThread [failed]" in text
        lines, _ = standin.report_wer()
        values = parameters(lines)
        assert values["Version"] == "1.2.3"
        assert values["Exception"] == "KeyError"
        assert values["Where"] == "__main__:work"
        assert values["Source"] == "main"

    def test_is_reported_though_another_hook_is_in_our_place(self, run, standin):
        """As rich and better_exceptions put it there, which do not call the one before."""
        done = run("sys.excepthook = lambda *error: print('pretty', file=sys.stderr)\n1 / 0")
        assert "pretty" in done.errors
        text, _ = text_of(standin)
        assert "ZeroDivisionError" in text

    def test_is_printed_before_it_is_reported(self, run):
        done = run("import wer._report\nsubmit = wer._report.Report.submit\n"
                   "def slow(*arguments):\n    print('reporting', file=sys.stderr, flush=True)\n"
                   "    return submit(*arguments)\n"
                   "wer._report.Report.submit = slow\n1 / 0")  # fmt: skip
        assert done.errors.index("ZeroDivisionError") < done.errors.index("reporting")

    def test_of_a_thread_has_the_thread_in_the_dump(self, run, standin):
        run("thread = threading.Thread(target=lambda: 1 / 0, name='job')\nthread.start()\nthread.join()")
        text, _ = text_of(standin)
        assert ": job [failed]" in text

    def test_ctrl_c_and_exit_are_none(self, run, standin):
        for code in ("raise KeyboardInterrupt", "sys.exit('text')", "threading.Thread(target=sys.exit).start()"):
            run(code)
        assert standin.reports() == []

    def test_of_60_threads_is_one_report(self, run, standin):
        run("for _ in range(60):\n"
            "    thread = threading.Thread(target=lambda: 1 / 0)\n    thread.start()\n    thread.join()")  # fmt: skip
        assert len(standin.reports()) == 1

    def test_limits_hold_over_processes(self, run, standin):
        for _ in range(2):
            run("1 / 0")
        assert len(standin.reports()) == 1

    def test_leaves_no_private_file(self, run, tmp_path):
        """But the one for a crash, which may come to the very end; the next start removes it."""
        run("1 / 0")
        kinds = sorted(path.name.partition("-")[0] for path in (tmp_path / "profile" / "wer").iterdir())
        assert kinds == ["faulthandler", "limits.bin"]

    def test_that_is_still_reported_at_the_end_has_all_its_files(self, run, standin):
        """What finalizers remove at the end of the interpreter, they remove after that."""
        done = run(
            "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    service.reporter.report(error, wait=False)\n"
            "time.sleep(1)\nsay('ends')",
            "delay WerReportAddDump * 3000",
        )
        assert done.lines == ["ends"]
        text, files = text_of(standin)
        assert "ZeroDivisionError" in text
        assert any(name.endswith((".mdmp", ".dmp")) for name in files)

    def test_of_a_service_account_goes_into_a_profile_that_is_not_there_yet(self, finish, standin, tmp_path):
        """As LocalSystem's is named; its folders are made, private to the account."""
        local = tmp_path / "System32" / "config" / "systemprofile" / "AppData" / "Local"
        finish([sys.executable, "-c", ENABLE + "1 / 0"], LOCALAPPDATA=str(local))
        assert (local / "wer" / "limits.bin").is_file()
        assert len(standin.reports()) == 1

    def test_in_a_worker_of_a_pool(self, run, standin, tmp_path):
        program = tmp_path / "pool.py"
        program.write_text(
            "import concurrent.futures, sys, wer\n"
            "@wer.reporting()\n"
            "def job():\n    raise ValueError('in a worker')\n"
            "if __name__ == '__main__':\n"
            "    service = wer.enable('WerTests', version='1.2.3', consent=wer.Consent.NOT_ASKED)\n"
            "    with concurrent.futures.ProcessPoolExecutor(1, initializer=service.in_worker) as pool:\n"
            "        pool.submit(job).result()\n"
        )
        run(
            f"import runpy\nsys.argv = [r'{program}']\nrunpy.run_path(r'{program}', run_name='__main__')",
            enable="import sys\n",
        )
        text, _ = text_of(standin)  # of one report: the parent's exception is the worker's
        assert "ValueError: in a worker" in text


class TestCrash:
    def test_has_the_python_stacks(self, run, standin):
        done = run("import ctypes\ndef crash():\n    ctypes.c_int.from_address(16).value\ncrash()")
        assert done.code == 0xC0000005
        text, files = text_of(standin)
        assert any(name.endswith((".mdmp", ".dmp")) for name in files)
        assert "in crash" in text
        lines, _ = standin.report_wer()
        assert parameters(lines)["Version"] == "1.2.3"

    def test_by_an_abort_has_them_too(self, run, standin):
        done = run("def end_it():\n    os.abort()\nend_it()")
        assert done.code != 0
        text, _ = text_of(standin)
        assert "in end_it" in text
        lines, _ = standin.report_wer()
        assert lines["EventType"] == "WerTests.Crash"

    def test_by_a_fatal_error_of_python_has_its_stacks_on_stderr(self, run, standin):
        """Py_FatalError writes them there, and ends faulthandler before it aborts."""
        done = run("import ctypes\ndef end_it():\n    ctypes.pythonapi.Py_FatalError(b'the end')\nend_it()")
        assert "in end_it" in done.errors
        text, _ = text_of(standin)
        assert text == ""
        lines, _ = standin.report_wer()
        assert lines["EventType"] == "WerTests.Crash"

    def test_leaves_a_file_that_the_next_start_removes(self, run, tmp_path):
        run("import ctypes\nctypes.c_int.from_address(16).value")
        folder = tmp_path / "profile" / "wer"
        assert [path.name.partition("-")[0] for path in folder.glob("*.txt")] == ["faulthandler"]
        run("say('started')\nservice.close()")
        assert list(folder.glob("*.txt")) == []


class TestService:
    def test_says_what_keeps_reports_away(self, run):
        done = run("say(service.check())\nservice.close()\nsay(service.check())")
        assert done.lines[0] == "[]"
        assert "nothing is enabled" in done.lines[1]

    def test_imports_neither_asyncio_nor_multiprocessing(self, run):
        done = run(
            "say([name for name in ('asyncio', 'multiprocessing', 'concurrent.futures') if name in sys.modules])"
        )
        assert done.lines == ["[]"]

    def test_imports_and_opens_nothing_in_a_failure(self, run, standin):
        """But the sources that it shows, and the text that it writes."""
        done = run("before = set(sys.modules)\n"
                   "opened = []\n"
                   "sys.addaudithook(lambda event, args: event == 'open' and opened.append(str(args[0])))\n"
                   "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    service.reporter.report(error)\n"
                   "service.reporter.flush()\n"
                   "say(sorted(set(sys.modules) - before))\n"
                   "say([name for name in opened if not name.endswith('.py') and name != '<string>'])")  # fmt: skip
        assert done.lines == ["[]", "[]"]
        assert len(standin.reports()) == 1

    def test_undoes_what_it_did(self, run):
        done = run("service.close()\n"
                   "say(sys.excepthook is sys.__excepthook__, threading.excepthook is threading.__excepthook__,"
                   " sys.unraisablehook is sys.__unraisablehook__, faulthandler.is_enabled())\n"
                   "with wer.enable('WerTests', consent=wer.Consent.NOT_ASKED) as again:\n    say(again.enabled)\n"
                   "say(again.enabled)")  # fmt: skip
        assert done.lines == ["True True True False", "True", "False"]

    def test_is_enabled_once(self, run):
        done = run("try:\n    wer.enable('Other', consent=wer.Consent.NOT_ASKED)\n"
                   "except RuntimeError as error:\n    say(error)\nservice.close()")  # fmt: skip
        assert done.lines == ["wer is enabled already, for 'WerTests': close that service first"]

    def test_leaves_a_faulthandler_that_is_there(self, run):
        enable = "import faulthandler, sys\nfaulthandler.enable()\n" + ENABLE
        done = run("say(service.check())\nservice.close()\nsay(faulthandler.is_enabled())", enable=enable)
        assert "faulthandler was enabled by other code: reports of crashes go without Python stacks" in done.lines[0]
        assert done.lines[1] == "True"

    def test_reports_of_the_same_failure_have_the_same_signature_everywhere(self, run, standin):
        run("def work():\n    {}['key']\n\nwork()")
        lines, _ = standin.report_wer()
        code = compile("def work():\n    {}['key']\n\nwork()", "elsewhere.py", "exec")
        with pytest.raises(KeyError) as caught:
            exec(code, {"__name__": "__main__"})  # noqa: S102 - it is the line above
        caught.value.__traceback__ = caught.value.__traceback__.tb_next  # without this test
        assert parameters(lines)["Signature"] == traceback_hash(caught.value)

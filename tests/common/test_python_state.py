"""What `add_python_state` writes, and what cannot keep it from that."""

import asyncio
import datetime
import gc
import os
import platform
import sys
import threading
import time

import pytest

import wer
from wer.service import add_python_state
from wer.service._folder import Folder
from wer.service._signature import MOST_NESTED
from wer.service._stacks import Text


@pytest.fixture
def state(fake, tmp_path):
    """Attach the state to a report, and return its text."""

    def state(exception=None, **options):
        with wer.Report("WerTests.State") as report:
            path = add_python_state(report, exception, folder=Folder(str(tmp_path / "private")), **options)
            [call] = fake.called("WerReportAddFile")
            assert call.arguments["path"] == path
            with open(path, "rb") as file:
                data = file.read()
        fake.calls.clear()
        assert len(data) <= 256 * 1024
        return data.decode("utf-8").replace("\r\n", "\n")

    return state


def raised(function, *arguments):
    try:
        function(*arguments)
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def recurse(depth):
    if depth:
        recurse(depth - 1)
    raise ValueError("deep")


def fail_with_a_cause():
    try:
        {}["key"]
    except KeyError as error:
        raise ValueError("wrong") from error


class TestException:
    def test_has_its_type_message_and_source(self, state):
        text = state(raised(recurse, 0))
        assert "ValueError: deep\n" in text
        assert f'File "{__file__}", line ' in text
        assert 'raise ValueError("deep")' in text

    def test_has_the_cause_first(self, state):
        text = state(raised(fail_with_a_cause))
        assert text.index("KeyError: 'key'") < text.index("was the direct cause of") < text.index("ValueError: wrong")

    def test_has_what_was_handled(self, state):
        def fail():
            try:
                {}["key"]
            except KeyError:
                raise ValueError("wrong")  # noqa: B904 - that is what is tested

        text = state(raised(fail))
        assert text.index("KeyError: 'key'") < text.index("was handled during") < text.index("ValueError: wrong")

    def test_has_no_values_of_variables(self, state):
        def fail():
            password = "hunter" + str(2)
            raise ValueError(len(password))

        assert f"hunter{2}" not in state(raised(fail))

    def test_has_them_if_asked(self, state):
        def fail():
            password = "hunter" + str(2)
            raise ValueError(len(password))

        assert "password = 'hunter2'" in state(raised(fail), local_variables=True)

    def test_has_what_repr_of_a_value_raises(self, state):
        class Bad:
            def __repr__(self):
                raise KeyError

        def fail():
            bad = Bad()
            raise ValueError(id(bad))

        text = state(raised(fail), local_variables=True)
        assert "bad = [repr() raised KeyError]" in text

    def test_a_circle_is_written_once(self, state):
        first, second = ValueError(), KeyError()
        first.__cause__, second.__cause__ = second, first
        text = state(first)
        first.__cause__ = None
        assert text.count("Traceback (most recent call last):") == 2
        assert "goes on" not in text

    def test_has_notes(self, state):
        error = ValueError("x")
        error.add_note("first line\nsecond line")
        assert "ValueError: x\nfirst line\nsecond line\n" in state(error)

    def test_has_a_group(self, state):
        group = ExceptionGroup("jobs", [raised(recurse, 0), ExceptionGroup("inner", [KeyError("k")])])
        text = state(group)
        assert "ExceptionGroup: jobs\n" in text
        assert "  | ValueError: deep" in text
        assert "  |   | KeyError: 'k'" in text

    def test_has_what_led_to_a_member_of_a_group(self, state):
        text = state(ExceptionGroup("jobs", [raised(fail_with_a_cause)]))
        assert (
            text.index("  | KeyError: 'key'") < text.index("the direct cause of") < text.index("  | ValueError: wrong")
        )

    def test_says_where_it_does_not_go_deeper(self, state):
        group = ValueError("the innermost")
        for depth in range(MOST_NESTED + 2):
            group = ExceptionGroup(f"level {depth}", [group])
        text = state(group)
        assert f"[nested deeper than {MOST_NESTED} groups]" in text
        assert "level 1" in text
        assert "the innermost" not in text

    def test_has_its_name_alone_if_it_says_nothing(self, state):
        assert "\nValueError\n" in state(ValueError())

    def test_has_the_first_of_a_large_group(self, state):
        text = state(ExceptionGroup("jobs", [ValueError(number) for number in range(1000)]))
        assert "ValueError: 14\n" in text
        assert "ValueError: 15\n" not in text
        assert "[985 more in the group]" in text

    def test_a_message_is_cut(self, state):
        text = state(ValueError("x" * 10_000_000))
        assert "x" * 4096 + "[cut: 10,000,000 characters]" in text
        assert "x" * 4097 not in text

    def test_a_chain_that_comes_back_to_its_middle(self, state):
        first, second, third = ValueError("first"), ValueError("second"), ValueError("third")
        first.__context__, second.__context__ = second, third
        third.__context__ = second
        text = state(first)
        third.__context__ = None
        assert [text.count(f"ValueError: {word}\n") for word in ("first", "second", "third")] == [1, 1, 1]

    def test_a_chain_is_cut(self, state):
        error = None
        for number in range(100_000):
            following = ValueError(number)
            following.__cause__ = error
            error = following
        began = time.monotonic()
        text = state(error)
        assert time.monotonic() - began < 20
        assert text.count("ValueError: ") == 100
        assert "ValueError: 99999\n" in text
        assert "[the chain goes on]" in text
        while error is not None:  # or freeing it recurses
            error.__cause__, error = None, error.__cause__

    def test_a_deep_stack_is_cut_in_its_middle(self, state):
        text = state(raised(recurse, 500))
        assert text.count("[402 more frames]") == 1
        assert text.count("in recurse\n") == 99

    def test_many_large_messages_are_cut_at_the_limit(self, state):
        text = state(ExceptionGroup("jobs", [ExceptionGroup("more", [ValueError("\u20ac" * 5000)] * 15)] * 15))
        assert "[cut: longer than the limit]" in text
        assert "== Threads ==" in text

    def test_a_lone_surrogate_is_written(self, state):
        assert "ValueError: \\ud800" in state(ValueError("\ud800"))

    def test_its_own_text_is_asked_for_once_and_for_so_long(self, state):
        class Slow(Exception):
            def __str__(self):
                time.sleep(30)
                return ""

        began = time.monotonic()
        text = state(ExceptionGroup("jobs", [Slow(), Slow()]))
        assert time.monotonic() - began < 10
        asked = [thread for thread in threading.enumerate() if thread.name == "wer: text of an exception"]
        assert {thread.daemon for thread in asked} == {True}
        assert "Slow: [str() took longer than 1 s]" in text
        assert "Slow: [not asked for: text of this program's own took too long]" in text

    def test_what_an_exception_of_python_s_was_given_is_asked_so_too(self, state):
        class Slow:
            def __str__(self):
                time.sleep(30)
                return ""

        assert "ValueError: [str() took longer than 1 s]" in state(ValueError(Slow()))

    @pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit, RecursionError])
    def test_what_its_text_raises_is_told(self, state, error):
        class Bad(Exception):
            def __str__(self):
                raise error

        assert f"Bad: [str() raised {error.__name__}]" in state(Bad())

    def test_that_is_no_text(self, state):
        class Bad(Exception):
            def __str__(self):
                return None

        assert "Bad: [str() raised TypeError]" in state(Bad())

    def test_attributes_that_raise_are_not_asked_for(self, state):
        class Bad(Exception):
            def __getattribute__(self, name):
                raise RuntimeError(name)

        assert "Bad: still a message" in state(Bad("still a message"))

    def test_messages_are_redacted(self, state):
        text = state(ValueError("user=me"), redact=lambda message: message.replace("me", "..."))
        assert "ValueError: user=..." in text

    def test_a_redaction_that_fails_shows_nothing(self, state):
        text = state(ValueError(f"user={1}"), redact=lambda message: message + 1)
        assert f"user={1}" not in text
        assert "ValueError: [the redaction raised TypeError]" in text


class TestThreads:
    def test_have_their_names_and_ids(self, state):
        ready, end = threading.Event(), threading.Event()

        def wait_here():
            ready.set()
            end.wait()

        thread = threading.Thread(target=wait_here, name="spool 1")
        thread.start()
        ready.wait()
        text = state()
        end.set()
        thread.join()
        [line] = [line for line in text.splitlines() if line.endswith(": spool 1")]
        assert line.startswith(f"Thread {thread.native_id} (0x{thread.native_id:x})")
        assert "in TestThreads.test_have_their_names_and_ids.<locals>.wait_here" in text

    def test_that_failed_is_first(self, state):
        end = threading.Event()
        threads = [threading.Thread(target=end.wait, name=f"spool {number}") for number in range(3)]
        for thread in threads:
            thread.start()
        lines = [line for line in state(thread=threads[1].ident).splitlines() if line.startswith("Thread ")]
        end.set()
        for thread in threads:
            thread.join()
        assert lines[0].endswith("spool 1 [failed]")
        assert "MainThread" in lines[1]

    def test_of_many_some_are_left_out(self, state):
        end = threading.Event()
        threads = [threading.Thread(target=end.wait) for _ in range(220)]
        for thread in threads:
            thread.start()
        text = state()
        end.set()
        for thread in threads:
            thread.join()
        assert "MainThread" in text
        assert " more threads]" in text or "[cut: longer than the limit]" in text


class TestText:
    def test_nothing_comes_behind_what_is_cut(self):
        text = Text(100)
        text.add("x" * 200)
        text.add("short")
        assert text.encoded() == b"[cut: longer than the limit]\r\n"


class TestTasks:
    def test_have_their_names_and_what_they_await(self, state):
        async def sleep():
            await asyncio.sleep(100)

        async def job():
            await sleep()

        async def main():
            task = asyncio.create_task(job(), name="the job")
            await asyncio.sleep(0)
            text = await asyncio.to_thread(state)
            task.cancel()
            return text

        text = asyncio.run(main())
        _, _, tasks = text.partition("\n== Tasks ==\n")
        assert "2 tasks" in tasks
        _, _, of_the_job = tasks.partition("Task the job\n")
        names = [line.rpartition("in ")[2] for line in of_the_job.splitlines() if "<locals>" in line]
        assert [name.rpartition(".")[2] for name in names[:2]] == ["job", "sleep"]
        assert "awaits a " in of_the_job

    def test_are_left_out_without_a_loop(self, state):
        assert "\n== Tasks ==\n" not in state()


class TestFile:
    def test_is_gone_with_the_report(self, fake, tmp_path):
        report = wer.Report("WerTests.State")
        path = add_python_state(report, folder=Folder(str(tmp_path / "private")))
        assert os.path.exists(path)
        report.close()
        del report
        assert not os.path.exists(path)

    def test_that_ctrl_c_has_interrupted_is_gone_with_the_report(self, fake, tmp_path, monkeypatch):
        def ctrl_c(descriptor, text):
            raise KeyboardInterrupt

        monkeypatch.setattr("wer.service._state._write", ctrl_c)
        with wer.Report("WerTests.State") as report, pytest.raises(KeyboardInterrupt):
            add_python_state(report, folder=Folder(str(tmp_path)))
        del report
        gc.collect()
        assert os.listdir(tmp_path) == []

    def test_that_cannot_be_made_does_not_fail_the_report(self, fake, tmp_path, caplog):
        (tmp_path / "private").write_text("a file is in the way")
        with wer.Report("WerTests.State") as report:
            assert add_python_state(report, ValueError(), folder=Folder(str(tmp_path / "private"))) is None
            assert report.submit(wer.Consent.NOT_ASKED) is wer.SubmitResult.QUEUED
        assert "the report goes without its Python state: NotADirectoryError: " in caplog.text

    def test_that_wer_refuses_does_not_fail_the_report(self, fake, tmp_path, caplog):
        fake.fail("WerReportAddFile", wer.HResult.E_ACCESSDENIED)
        with wer.Report("WerTests.State") as report:
            assert add_python_state(report, folder=Folder(str(tmp_path / "private"))) is None
        assert os.listdir(tmp_path / "private") == []
        assert "WerReportAddFile" in caplog.text

    def test_has_a_header_before_the_exception(self, state):
        text = state(ValueError("x"))
        assert text.startswith("Python state of a failure, version 1\n")
        assert text.index(f"Process: {os.getpid()}\n") < text.index("== Exception ==") < text.index("== Threads ==")

    def test_has_the_lines_that_were_given_at_its_top(self, state):
        lines = state(more=["Left out by limits: 3", "\ud800"]).splitlines()
        assert lines[0] == "Python state of a failure, version 1"
        now = datetime.datetime.now(datetime.UTC)
        then = datetime.datetime.strptime(lines[1], "Time: %Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.UTC)
        assert abs(now - then) < datetime.timedelta(seconds=60)
        assert lines[2] == f"Process: {os.getpid()}"
        top = lines[3 : lines.index("== Threads ==")]
        assert top[0].startswith(f"Python: cpython {platform.python_version()}")
        assert top[-3:] == ["", "Left out by limits: 3", "\\ud800"]

    @pytest.mark.parametrize(("enabled", "told"), [(True, " (64 bit)\n"), (False, " (64 bit, no GIL)\n")])
    def test_says_which_python_it_is(self, state, monkeypatch, enabled, told):
        monkeypatch.setattr(sys, "_is_gil_enabled", lambda: enabled, raising=False)
        assert told in state()

"""`wer report`, against the fake: the plan, what reaches WER, what is said of the outcome, exit codes."""

import pytest
from clirun import run

import wer

PYTHON = r"C:\Python\python.exe"


@pytest.fixture
def worker(fake):
    return fake.add_process(4712, executable=PYTHON)


@pytest.fixture
def pool(fake):
    """A virtual environment's launcher, its Python, and that one's two workers."""
    fake.add_process(4800, executable=r"C:\venv\Scripts\python.exe", python=False)
    for pid, parent in ((4804, 4800), (4808, 4804), (4812, 4804)):
        fake.add_process(pid, parent=parent, executable=PYTHON)
    return fake


def report(*options, pid=4712, event="Spooler.Stuck"):
    return run("report", "--pid", str(pid), "--event", event, *options)


class TestPlan:
    def test_nothing_is_done_without_yes(self, fake, worker, tmp_path):
        log = tmp_path / "a.log"
        log.write_bytes(b"x" * 2000)
        ran = report("--parameter", "Version=4.2.1", "--parameter", "Queue=in", "--file", str(log))
        assert ran.code == 0
        assert fake.calls == []
        assert ran.err.splitlines() == [
            "Plan:",
            rf"  file a report with the event Spooler.Stuck, about process 4712 ({PYTHON})",
            "  with P0 Version = 4.2.1",
            "  with P1 Queue = in",
            rf"  with a MINIDUMP of process 4712 ({PYTHON}), some 2.5 MiB",
            f"  with the file {log}, 2,000 bytes",
            "  consent NOT_ASKED: WER may send it, now or later, if the settings of user and machine allow",
            "  it would be queued or archived, as WER decides",
            "  it COULD leave this machine",
            "Nothing was done. With --yes it is.",
        ]

    def test_json(self, fake, worker, tmp_path):
        log = tmp_path / "a.log"
        log.write_bytes(b"x" * 2000)
        ran = report("--json", "--parameter", "P0=a", "--parameter", "Name=b", "--queue", "--file", str(log))
        assert ran.code == 0
        assert {"  with P0 = a", "  with P1 Name = b"} <= set(ran.err.splitlines())
        assert ran.answer == {
            "schema": 1,
            "command": "report",
            "event": "Spooler.Stuck",
            "pid": 4712,
            "executable": PYTHON,
            "parameters": [{"index": 0, "name": "", "value": "a"}, {"index": 1, "name": "Name", "value": "b"}],
            "dumps": [
                {
                    "pid": 4712,
                    "type": "MINIDUMP",
                    "expected_bytes": (2 << 20) + (1 << 19),
                    "dumped": None,
                    "text": f"process 4712 ({PYTHON})",
                }
            ],
            "files": [{"path": str(log), "size": 2000}],
            "consent": "NOT_ASKED",
            "flags": ["QUEUE"],
            "may_leave": True,
            "may_leave_sure": "documented",
            "filed": False,
            "result": None,
            "located": None,
            "launchers": [],
        }

    @pytest.mark.parametrize(
        ("options", "may_leave", "lines"),
        [
            (["--consent", "approved"], True, ["it says that the user agreed: WER sends it", "COULD leave"]),
            (["--consent", "denied"], False, ["the user refused", "(inferred)", "it does not leave this machine"]),
            (["--consent", "always-prompt"], True, ["somebody is asked, and may agree; this may wait until then"]),
            (["--queue"], True, ["it would be put into the queue on this machine"]),
            (["--no-queue"], True, ["it would be sent at once, or dropped"]),
        ],
    )
    def test_whether_it_could_leave_the_machine(self, fake, worker, options, may_leave, lines):
        ran = report("--json", *options)
        assert ran.answer["may_leave"] is may_leave
        assert all(line in ran.err for line in lines)

    def test_types(self, worker):
        worker.private_bytes = 100 << 20
        assert "with a HEAPDUMP of process 4712" in report("--type", "heap").err
        assert "some 102.5 MiB" in report("--type", "heap").err
        assert "with a TRIAGEDUMP" in report("--type", "triage").err
        assert "of a size that cannot be told" in report("--type", "triage").err
        assert "DUMP" not in report("--type", "none").err
        assert report("--type", "none", "--json").answer["dumps"] == []

    def test_a_launcher_is_seen_through(self, pool):
        ran = report("--json", pid=4800)
        assert (ran.answer["pid"], ran.answer["launchers"]) == (4804, [4800])
        assert report("--json", "--itself", pid=4800).answer["pid"] == 4800

    def test_children(self, pool):
        ran = report("--json", "--children", pid=4800)
        assert [dump["pid"] for dump in ran.answer["dumps"]] == [4804, 4808, 4812]
        assert ran.err.count("with a MINIDUMP of process") == 3


class TestFiled:
    def test_all_of_it(self, fake, worker, tmp_path):
        log = tmp_path / "a.log"
        log.write_text("x")
        ran = report(
            *("--parameter", "Version=4.2.1", "--parameter", "P1=in", "--file", str(log), "--type", "heap"),
            *("--application-name", "Spooler", "--consent", "denied", "--no-queue", "--yes"),
        )
        [filed] = fake.submitted
        assert ran.code == 0
        assert filed.event_type == "Spooler.Stuck"
        assert filed.parameters == {0: "4.2.1", 1: "in"}
        assert filed.files == [str(log)]
        assert filed.dumps == [(wer.DumpType.HEAPDUMP, 4712)]
        assert (filed.consent, filed.flags) == (wer.Consent.DENIED, wer.SubmitFlags.NO_QUEUE)
        [created] = fake.called("WerReportCreate")
        assert created.arguments["application_name"] == "Spooler"
        assert created.arguments["process"] == 4712
        names = [call.arguments["name"] for call in fake.called("WerReportSetParameter")]
        assert names == ["Version", None]
        assert len(fake.called("WerReportCloseHandle")) == 1

    def test_no_dump(self, fake, worker):
        assert report("--type", "none", "--yes").code == 0
        assert fake.submitted[0].dumps == []

    def test_a_snapshot_is_kept_until_it_is_submitted(self, fake, worker):
        assert report("--snapshot", "--yes").code == 0
        functions = [call.function for call in fake.calls]
        assert functions.index("WerReportSubmit") < functions.index("PssFreeSnapshot")
        assert fake.submitted[0].dumps == [(wer.DumpType.MINIDUMP, 4712)]

    def test_children(self, fake, pool):
        ran = report("--children", "--yes", "--json", pid=4800)
        assert ran.code == 0
        assert [pid for _, pid in fake.submitted[0].dumps] == [4804, 4808, 4812]
        assert [dump["dumped"] for dump in ran.answer["dumps"]] == [True] * 3

    def test_a_shell_between(self, fake, pool):
        """It is not dumped, and nothing is missing: its Pythons are."""
        fake.add_process(4816, parent=4804, python=False, executable="cmd.exe")
        fake.add_process(4820, parent=4816)
        fake.add_process(4824, parent=4816)
        ran = report("--children", "--yes", "--json", pid=4804)
        assert ran.code == 0
        assert [pid for _, pid in fake.submitted[0].dumps] == [4804, 4808, 4812, 4820, 4824]
        assert ran.answer["launchers"] == [4816]

    def test_a_child_that_cannot_be_dumped(self, fake, pool):
        """The report is filed without, and says so."""
        fake.fail("WerReportAddDump", 0x80070008, after=1, times=1)
        ran = report("--children", "--yes", "--json", pid=4800)
        assert ran.code == 3
        assert [dump["dumped"] for dump in ran.answer["dumps"]] == [True, False, True]
        assert f"process 4808 ({PYTHON}): not dumped: " in ran.err
        assert len(fake.submitted) == 1

    def test_a_child_that_may_not_be_opened(self, fake, pool):
        fake.fail("OpenProcess", 5, after=2, times=1)
        ran = report("--children", "--yes", "--json", pid=4800)
        assert ran.code == 3
        assert [dump["dumped"] for dump in ran.answer["dumps"]] == [True, True, False]
        assert "without: OpenProcess: process 4808 cannot be opened" in ran.err
        assert len(fake.submitted) == 1

    @pytest.mark.parametrize("result", [*wer.SubmitResult, wer.SubmitResult(77)])
    def test_what_wer_answered(self, fake, worker, result):
        fake.submit_result = result
        ran = report("--yes", "--json")
        good = {wer.SubmitResult.QUEUED, wer.SubmitResult.UPLOADED, wer.SubmitResult.UPLOADED_CAB}
        bad = {"FAILED", "DISABLED", "CANCELLED", "DISABLED_QUEUE", "STORAGE_LOCATION_NOT_FOUND"}
        assert ran.code == (0 if result in good else 1 if result.name in bad else 3)
        assert ran.answer["result"] == result.name
        assert ran.answer["filed"] is True
        said = report("--yes").out
        assert said.startswith(f"{result.name}: ")
        assert ("this version of wer does not know what that means" in said) is (result not in list(wer.SubmitResult))
        assert len(fake.submitted) == 2

    def test_where_it_lies(self, fake, worker, monkeypatch):
        submit = wer.Report.submit

        def store(self, *arguments):
            result = submit(self, *arguments)
            stored = wer.StoredReport(key=r"C:\store\NonCritical_1", event_type="Spooler.Stuck")
            fake.reports[wer.StoreType.MACHINE_QUEUE].append(stored)
            return result

        monkeypatch.setattr(wer.Report, "submit", store)
        ran = report("--yes", "--json")
        located = ran.answer["located"]
        assert (located["status"], located["store"]) == ("found", "MACHINE_QUEUE")
        assert located["key"] == r"C:\store\NonCritical_1"
        fake.reports[wer.StoreType.MACHINE_QUEUE].clear()
        assert r"found: MACHINE_QUEUE C:\store\NonCritical_1" in report("--yes").out
        assert len(fake.submitted) == 2

    def test_it_lies_nowhere(self, fake, worker):
        located = report("--yes", "--json").answer["located"]
        assert located == {"status": "not found", "store": None, "key": None, "path": None, "report_id": None}

    def test_a_windows_without_the_functions_of_the_store(self, fake, worker):
        fake.lack("WerStoreOpen")
        ran = report("--yes", "--json")
        assert (ran.code, ran.answer["located"]) == (0, None)
        assert "Where the report will lie cannot be told: this Windows does not have WerStoreOpen" in ran.err
        assert len(fake.submitted) == 1


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    """The fake's store is what a test put there: nothing comes later."""
    from wer.cli import report as command

    locate = command.locate
    monkeypatch.setattr(command, "locate", lambda *arguments: locate(*arguments, timeout=0))


class TestRefused:
    @pytest.mark.parametrize(
        ("options", "text"),
        [
            (["--event", ""], "--event is empty"),
            (["--event", "x" * 65], "--event takes at most 64 UTF-16 units, got 65"),
            (["--parameter", "Version"], "--parameter Version: say NAME=VALUE, or P0=VALUE"),
            (["--parameter", "=1"], "--parameter =1: say NAME=VALUE"),
            (["--parameter", "V=" + "x" * 260], "--parameter V: the value takes at most 259 UTF-16 units, got 260"),
            (["--parameter", "n" * 129 + "=1"], "--parameter: a name takes at most 128 UTF-16 units, got 129"),
            (["--parameter", "a=1", "--parameter", "P0=2"], "--parameter P0: P0 was given before"),
            (["--parameter", "P2=1", "--parameter", "P0=2"], "wants every lower one as well, and P1 is missing"),
            (["--parameter", "P9=1", "--parameter", "a=2"], "--parameter a: there are 10, P0 to P9"),
            (["--application-name", "x" * 128], "--application-name takes at most 127 UTF-16 units, got 128"),
            (["--file", ""], "--file is empty"),
            (["--file", "x" * 300], "--file takes at most 259 UTF-16 units, got 300"),
            (["--consent", "yes"], "argument --consent: invalid choice: 'yes'"),
            (["--type", "full"], "argument --type: invalid choice: 'full'"),
            (["--queue", "--no-queue"], "not allowed with argument --queue"),
            (["--snapshot", "--type", "none"], "--snapshot is of a dump, and --type none has none"),
        ],
    )
    def test_limits_name_the_option(self, fake, worker, options, text):
        ran = report(*options, "--yes")
        assert ran.code == 2
        assert text in ran.err
        assert fake.calls == []

    def test_a_file_that_is_not_there(self, fake, worker, tmp_path):
        ran = report("--file", str(tmp_path / "no.log"), "--yes")
        assert ran.code == 1
        assert f"--file {tmp_path / 'no.log'}: No such file or directory" in ran.err
        assert fake.calls == []

    def test_no_such_process(self, fake):
        ran = report("--yes")
        assert ran.code == 1
        assert "--pid: process 4712 is gone" in ran.err

    def test_somebody_elses(self, fake, worker):
        fake.fail("OpenProcess", 5)
        assert report("--yes").code == 4

    @pytest.mark.parametrize(
        "function", ["WerReportCreate", "WerReportSetParameter", "WerReportAddDump", "WerReportSubmit"]
    )
    def test_wer_refuses(self, fake, worker, function):
        """The report is discarded."""
        fake.fail(function, 0x8007000E)
        ran = report("--yes", "--parameter", "a=1")
        assert ran.code == 1
        assert function in ran.err
        assert len(fake.called("WerReportCloseHandle")) == (function != "WerReportCreate")
        assert not fake.submitted

    def test_it_ends_before_it_is_dumped(self, fake, worker, monkeypatch):
        create = wer.Report.add_dump

        def end(self, *arguments, **options):
            worker.end()
            return create(self, *arguments, **options)

        monkeypatch.setattr(wer.Report, "add_dump", end)
        ran = report("--yes")
        assert ran.code == 1
        assert "process 4712 is gone" in ran.err
        assert not fake.submitted

    def test_no_snapshots_here(self, fake, worker):
        fake.lack("PssCaptureSnapshot")
        ran = report("--snapshot", "--yes")
        assert ran.code == 5
        assert "this Windows does not have PssCaptureSnapshot; it came with Windows 8.1" in ran.err
        assert not fake.submitted

"""``wer store``: what it prints and what it ends with, with a fake whose stores hold what a test puts there."""

import json
import sys
from datetime import UTC, datetime, timedelta

import pytest
from clirun import run
from stored import NOON, make_report, stored_report

import wer
from wer.cli import _output
from wer.cli import store as command

QUEUE, ARCHIVE = wer.StoreType.MACHINE_QUEUE, wer.StoreType.MACHINE_ARCHIVE
DENIED = 0x80070005


@pytest.fixture
def report(fake, tmp_path):
    """One report in the machine's queue."""
    report = make_report(tmp_path / "queue" / "AppCrash_1")
    fake.reports[QUEUE].append(report)
    return report


class TestList:
    def test_a_table(self, fake, report):
        fake.reports[ARCHIVE].append(stored_report("old", created=None, size=5_000_000, files=None))
        ran = run("store", "list")
        assert (ran.code, ran.err) == (0, "")
        head, first, second = ran.out.splitlines()
        assert head.split() == ["Created", "(UTC)", "Store", "Event", "Application", "Size", "Files", "Key"]
        assert first.split()[:8] == [
            *("2026-02-03", "12:00:00", "machine-queue", "APPCRASH", "python.exe", "100", "bytes", "1")
        ]
        assert first.endswith(report.key)
        assert second.split() == ["?", "machine-archive", "APPCRASH", "python.exe", "4.8", "MiB", "0", "old"]

    def test_a_users_store_that_is_not_there_is_said(self, fake, report):
        fake.fail("WerStoreOpen", 0x80070057, times=2)
        ran = run("store", "list")
        assert ran.code == 0
        assert [line.partition(": ")[0] for line in ran.err.splitlines()] == ["user-archive", "user-queue"]
        assert "there is none for this account" in ran.err

    def test_json(self, fake, report):
        answer = run("store", "list", "--json").answer
        assert answer["reports"] == [
            {
                "store": "MACHINE_QUEUE",
                "key": report.key,
                "event": "APPCRASH",
                "application": "python.exe",
                "created": "2026-02-03T12:00:00+00:00",
                "size": 100,
                "files": 1,
                "report_id": str(report.report_id),
                "told_by": "store",
                "reason": "",
            }
        ]
        assert [store["state"] for store in answer["stores"]] == ["read"] * 4
        assert (answer["complete"], answer["untold"], answer["left_out"]) == (True, 0, 0)

    def test_nothing(self, fake):
        ran = run("store", "list")
        assert (ran.code, ran.out, ran.err) == (0, "", "No reports.\n")

    def test_what_this_account_may_not_read(self, fake, report):
        fake.fail("WerStoreOpen", DENIED, times=2)
        ran = run("store", "list")
        assert ran.code == 3
        assert report.key in ran.out
        assert "user-archive: cannot be read: " in ran.err
        assert "user-queue: cannot be read: " in ran.err
        fake.fail("WerStoreOpen", DENIED)
        ran = run("store", "list", "--json")
        assert (ran.code, ran.answer["reports"], ran.answer["complete"]) == (3, [], False)
        assert "No reports that this account can see." in ran.err

    def test_reports_that_cannot_be_read(self, fake):
        fake.reports[QUEUE] += [wer.StoredReport(key=f"r{number}", event_type=None) for number in range(30)]
        ran = run("store", "list")
        assert ran.code == 3
        assert "r29: this account may not read it" in ran.err
        assert "... and 10 more reports that cannot be read" in ran.err
        ran = run("store", "list", "--event", "x")
        assert ran.code == 3
        assert "30 reports may be meant as well" in ran.err

    @pytest.mark.parametrize(
        ("options", "found"),
        [
            (["--event", "appcrash"], "a"),
            (["--application", "view*"], "b"),
            (["--store", "machine-archive"], "b"),
            (["--store", "machine-archive", "--store", "user-queue"], "b"),
            (["--age", "2h"], "a"),
            (["--age", "1w"], "ab"),
            (["--age", "30m"], ""),
            (["--age", (datetime.now(UTC) - timedelta(days=3)).date().isoformat()], "ab"),
            (["--age", "2999-01-01T00:00"], ""),
            (["--most", "1"], "a"),
        ],
    )
    def test_filters(self, fake, options, found):
        now = datetime.now(UTC).replace(microsecond=0)
        fake.reports[QUEUE].append(stored_report("a", created=now - timedelta(hours=1)))
        fake.reports[ARCHIVE].append(stored_report("b", "Hang", now - timedelta(days=2), "viewer.exe"))
        ran = run("store", "list", "--json", *options)
        assert "".join(one["key"] for one in ran.answer["reports"]) == found
        assert ("1 report more: --most was 1" in ran.err) is (options == ["--most", "1"])

    @pytest.mark.parametrize(
        ("options", "text"),
        [
            (["--age", "7"], "argument --age: expected an age like 30m, 12h, 7d or 2w, or a date like 2026-11-28"),
            (["--age", "999999w"], "argument --age: expected an age"),
            (["--age", ""], "argument --age"),
            (["--age", "yesterday"], "got 'yesterday'"),
            (["--most", "0"], "argument --most: expected a number from 1 up, got '0'"),
            (["--most", "1" * 5000], "argument --most"),
            (["--store", "mine"], "argument --store: invalid choice"),
            (["--event", ""], "--event is empty"),
            (["--application", ""], "--application is empty"),
        ],
    )
    def test_errors_name_the_option(self, fake, options, text):
        ran = run("store", "list", *options)
        assert (ran.code, ran.out) == (2, "")
        assert text in ran.err

    def test_a_windows_without_stores(self, fake):
        fake.lack("WerStoreOpen")
        ran = run("store", "list")
        assert ran.code == 5
        assert "does not have WerStoreOpen" in ran.err

    def test_hostile_texts(self, fake):
        fake.reports[QUEUE].append(stored_report("k\x1b[2J", "e\u202e\x07", program="\x9b31m.exe"))
        ran = run("store", "list")
        assert not {character for character in ran.out + ran.err if ord(character) in {7, 27, 0x9B, 0x202E}}
        assert json.loads(run("store", "list", "--json").out)["reports"][0]["event"] == "e\u202e\x07"


class TestExport:
    def test_to_a_folder_at_once(self, report, tmp_path):
        target = tmp_path / "target"
        ran = run("store", "export", str(target))
        assert ran.code == 0, ran.err
        assert ran.out.startswith("copied: 20260203T120000Z_APPCRASH_python.exe_")
        assert ran.out.endswith(f"were copied to {target}.\n")
        assert len(list(target.rglob("manifest.json"))) == 1
        ran = run("store", "export", str(target))
        assert ran.out.splitlines() == [
            "1 report was there already, with the same content",
            f"Nothing was copied to {target}.",
        ]

    def test_json(self, report, tmp_path):
        answer = run("store", "export", str(tmp_path / "target"), "--json").answer
        [one] = answer["reports"]
        assert (answer["done"], one["status"], one["files"], one["left_out"]) == (True, "copied", 2, [])
        assert answer["copied"] == one["copied"] > 4000
        assert (tmp_path / "target" / one["folder"] / "manifest.json").exists()
        assert run("store", "export", str(tmp_path / "target"), "--json").answer["copied"] == 0

    def test_a_terminal_sees_how_far_it_is(self, report, tmp_path, monkeypatch):
        monkeypatch.setattr(_output, "_is_terminal", lambda stream: stream is sys.stderr)
        ran = run("store", "export", str(tmp_path / "target"))
        assert ran.err.startswith("\rCopying:   0 %")
        assert ran.err.endswith("\rCopying: 100 %\n")

    def test_some(self, fake, report, tmp_path):
        fake.reports[QUEUE].append(make_report(tmp_path / "queue" / "AppHang_1", event="AppHangB1"))
        for number, options in enumerate((["AppCrash_1"], [str(report.report_id)], ["--event", "appcrash"])):
            answer = run("store", "export", str(tmp_path / str(number)), *options, "--json").answer
            assert [one["key"] for one in answer["reports"]] == [report.key]

    def test_what_is_not_taken_is_said(self, report, tmp_path):
        """The report is there but for that, and the exit code says so."""
        (tmp_path / "queue" / "AppCrash_1" / "folder").mkdir()
        ran = run("store", "export", str(tmp_path / "target"))
        assert ran.code == 3
        assert ran.out.startswith("partly: ")
        assert f"left out: {report.key}, folder: a folder: reports have none" in ran.err

    def test_what_leaves_the_machine_asks_first(self, report):
        """And shows no password. What runs with --yes would need the package for that storage."""
        ran = run("store", "export", "s3://user:secret@bucket/x?sig=secret")
        assert (ran.code, ran.out) == (0, "")
        assert "copy 1 report, 100 bytes, to s3://***@bucket/x?***, which is not on this machine" in ran.err
        assert report.key in ran.err
        assert "With --yes it is." in ran.err
        assert "secret" not in ran.err
        ran = run("store", "export", "s3://user:secret@bucket/x", "--json")
        assert (ran.answer["done"], ran.answer["reports"], len(ran.answer["plan"])) == (False, [], 2)

    def test_without_fsspec(self, report, monkeypatch):
        monkeypatch.setitem(sys.modules, "fsspec.core", None)
        ran = run("store", "export", "s3://bucket/x", "--yes")
        assert ran.code == 5
        assert 'pip install "werapi[remote]"' in ran.err

    def test_a_url_of_no_kind(self, report):
        ran = run("store", "export", "nosuch://x", "--yes")
        assert ran.code == 2
        assert "target nosuch://x is of no kind" in ran.err

    def test_in_part(self, fake, report, tmp_path):
        fake.reports[QUEUE].append(stored_report(tmp_path / "gone"))
        ran = run("store", "export", str(tmp_path / "target"))
        assert ran.code == 3
        assert ran.out.startswith("copied: ")
        assert f"gone: {tmp_path / 'gone'}: its folder is gone" in ran.err

    def test_stores_that_are_hidden_make_it_unclear_but_for_reports_that_were_named(self, fake, report, tmp_path):
        fake.fail("WerStoreOpen", DENIED, times=1)
        ran = run("store", "export", str(tmp_path / "target"))
        assert ran.code == 3
        assert "user-archive: cannot be read" in ran.err
        fake.fail("WerStoreOpen", DENIED, times=1)
        assert run("store", "export", str(tmp_path / "target"), "AppCrash_1").code == 0
        fake.fail("WerStoreOpen", DENIED, times=1)
        answer = run("store", "export", str(tmp_path / "target"), "AppCrash_1", "--json").answer
        assert (len(answer["stores"]), answer["complete"]) == (4, False)
        fake.fail("WerStoreOpen", DENIED, times=1)
        ran = run("store", "export", str(tmp_path / "target"), "nothing")
        assert ran.code == 3
        assert "KEY 'nothing' is none of the 1 report that were found; reports may be hidden" in ran.err

    def test_a_target_that_cannot_be_written(self, report, tmp_path):
        (tmp_path / "target").write_bytes(b"")
        ran = run("store", "export", str(tmp_path / "target"))
        assert ran.code == 1
        assert f"TARGET {tmp_path / 'target'} cannot be written: " in ran.err
        assert run("store", "export", "").code == 2

    def test_a_full_disk_says_how_to_go_on(self, report, tmp_path, monkeypatch):
        def fail(*arguments):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("wer.reports._export._write", fail)
        ran = run("store", "export", str(tmp_path / "target"))
        assert ran.code == 1
        assert "No space left on device. 0 of 1 reports were done; the same again goes on" in ran.err

    def test_ctrl_c(self, report, tmp_path, monkeypatch):
        def interrupt(*arguments):
            raise KeyboardInterrupt

        monkeypatch.setattr("wer.reports._export._write", interrupt)
        assert run("store", "export", str(tmp_path / "target")).code == 130
        assert [path for path in tmp_path.joinpath("target").rglob("*") if path.is_file()] == []


class TestUpload:
    def test_the_plan(self, fake, report):
        ran = run("store", "upload", "AppCrash_1")
        assert (ran.code, ran.out) == (0, "")
        assert "send off this machine, to Microsoft" in ran.err
        assert report.key in ran.err
        assert run("store", "upload", "AppCrash_1", "--json").answer["done"] is False
        assert "WerStoreUploadReport" not in {call.function for call in fake.calls}

    @pytest.mark.parametrize("result", wer.SubmitResult)
    def test_the_outcome_in_words(self, fake, report, result):
        fake.submit_result = result
        ran = run("store", "upload", "AppCrash_1", "--yes")
        sent = result in (wer.SubmitResult.UPLOADED, wer.SubmitResult.UPLOADED_CAB)
        unclear = result in (wer.SubmitResult.QUEUED, wer.SubmitResult.ASYNC)
        assert ran.code == (0 if sent else 3 if unclear else 1)
        assert ran.out.startswith(f"{report.key}: ")
        assert ran.out.startswith(f"{report.key}: sent") is sent
        answer = run("store", "upload", "AppCrash_1", "--yes", "--json").answer
        assert answer["done"] is True
        assert [one["result"] for one in answer["reports"]] == [result.name]

    def test_an_outcome_that_is_not_known(self, fake, report):
        fake.submit_result = wer.SubmitResult(99)
        ran = run("store", "upload", "AppCrash_1", "--yes")
        assert ran.code == 3
        assert "Windows answers 99, which is not known here" in ran.out

    @pytest.mark.parametrize(("error", "code"), [(DENIED, 4), (0x80004005, 1)])
    def test_one_that_fails_keeps_no_other_from_being_sent(self, fake, report, error, code):
        fake.reports[QUEUE].append(stored_report("other"))
        fake.submit_result = wer.SubmitResult.UPLOADED
        fake.fail("WerStoreUploadReport", error, times=1)
        ran = run("store", "upload", "other", "AppCrash_1", "other", "--yes", "--json")
        assert ran.code == code
        assert [one["result"] for one in ran.answer["reports"]] == [None, "UPLOADED"]
        assert f"0x{error:08X}" in ran.answer["reports"][0]["text"]

    @pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
    @pytest.mark.parametrize(
        ("error", "result", "code"),
        [
            (DENIED, wer.SubmitResult.FAILED, 4),
            (DENIED, wer.SubmitResult.QUEUED, 4),
            (0x80004005, wer.SubmitResult.QUEUED, 1),
            (0x80004005, wer.SubmitResult.UPLOADED, 1),
        ],
    )
    def test_the_worst_of_several_is_the_exit_code(self, fake, order, error, result, code):
        fake.reports[QUEUE] += [stored_report("a"), stored_report("b")]
        fake.submit_result = result
        fake.fail("WerStoreUploadReport", error, times=1)
        assert run("store", "upload", *order, "--yes").code == code

    def test_a_key_that_two_stores_have_is_sent_from_both(self, fake, report):
        fake.reports[ARCHIVE].append(report)
        answer = run("store", "upload", "AppCrash_1", "--yes", "--json").answer
        assert sorted(one["store"] for one in answer["reports"]) == ["MACHINE_ARCHIVE", "MACHINE_QUEUE"]

    def test_no_such_report(self, fake, report):
        ran = run("store", "upload", "nothing", "--yes")
        assert ran.code == 1
        assert "KEY 'nothing' is none of the 1 report" in ran.err
        assert run("store", "upload").code == 2


class TestPurge:
    def test_the_plan(self, fake, report):
        fake.reports[QUEUE] += [stored_report(f"r{number}") for number in range(30)]
        fake.fail("WerStoreOpen", DENIED, times=1)
        ran = run("store", "purge")
        assert (ran.code, ran.out) == (0, "")
        assert "remove 31 reports, 3.0 KiB, for good" in ran.err
        assert "... and 11 more" in ran.err
        assert "whatever this account may remove of user-archive, which it cannot read" in ran.err
        assert len(fake.reports[QUEUE]) == 31

    def test_what_the_plan_says_of_each(self, fake, report):
        fake.reports[ARCHIVE].append(wer.StoredReport(key="unknown", event_type=None))
        assert run("store", "purge", "--json").answer["plan"] == [
            "remove 2 reports, 100 bytes, for good",
            f"machine-queue: APPCRASH python.exe 2026-02-03 12:00:00Z 100 bytes {report.key}",
            "machine-archive: ? ? ? ? unknown",
        ]

    def test_what_is_hidden_is_no_reason_to_stop(self, fake):
        """Nothing can be seen, and something may be there."""
        for arguments in ([], ["--yes"]):
            fake.fail("WerStoreOpen", DENIED, times=1)
            ran = run("store", "purge", *arguments)
            assert "whatever this account may remove of user-archive" in ran.err
        assert ran.out == "0 reports are gone.\n"
        assert len(fake.called("WerStorePurge")) == 1

    def test_it_removes(self, fake, report):
        ran = run("store", "purge", "--yes")
        assert (ran.code, ran.out) == (0, "1 report is gone.\n")
        assert fake.reports[QUEUE] == []

    def test_what_stays(self, fake, report, monkeypatch):
        monkeypatch.setattr(command, "purge_reports", lambda: None)
        ran = run("store", "purge", "--yes", "--json")
        assert ran.code == 3
        assert (ran.answer["done"], ran.answer["remaining"]) == (True, [report.key])
        assert "1 report still there" in ran.err

    def test_nothing(self, fake):
        assert run("store", "purge", "--yes").out == "There are no reports.\n"
        assert run("store", "purge", "--json").answer["reports"] == []

    def test_it_may_not(self, fake, report):
        fake.fail("WerStorePurge", DENIED)
        ran = run("store", "purge", "--yes")
        assert "WerStorePurge failed" in ran.err
        assert ran.code == 4

    def test_it_takes_no_key(self, fake, report):
        assert run("store", "purge", "AppCrash_1", "--yes").code == 2
        assert "has no call that removes one report" in run("store", "purge", "--help").out


@pytest.mark.parametrize("subcommand", [[], ["list"], ["export"], ["upload"], ["purge"]])
def test_help(subcommand):
    ran = run("store", *subcommand, "--help")
    assert ran.code == 0
    assert len(ran.out) > 400


def test_no_subcommand():
    assert run("store").code == 2


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (5 * 1024**2, "5.0 MiB"), (3 * 1024**4, "3072.0 GiB")],
)
def test_sizes(number, text):
    assert command._bytes(number) == text


@pytest.mark.parametrize("more", [0, 1, 2])
def test_long_lists_say_how_much_more_there_is(fake, more):
    fake.reports[QUEUE] += [wer.StoredReport(key=f"r{number}", event_type=None) for number in range(20 + more)]
    plan, listed = run("store", "purge").err, run("store", "list").err
    for text, words in ((plan, f"... and {more} more\n"), (listed, f"... and {more} more reports that cannot be read")):
        assert text.count("... and ") == (1 if more else 0)
        assert (words in text) is bool(more)


def test_times():
    assert command._since("2026-02-03T12:00:00Z") == NOON
    assert command._since("2026-02-03T14:00+02:00") == NOON
    assert command._since("2026-02-03").tzinfo is not None
    assert abs(datetime.now(UTC) - command._since("1h") - timedelta(hours=1)) < timedelta(minutes=1)

"""`wer.reports.export`, of reports in real folders: each whole or not there, whatever happens meanwhile."""

import errno
import hashlib
import io
import json
import os
import subprocess
import sys
import time
import tracemalloc
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsspec
import pytest
from pythons import PYTHON, WITH_WER
from stored import make_report, stored_report

import wer
from wer.reports import ExportStatus, _export, _source, _targets, export, goes_elsewhere, list_reports
from wer.reports._targets import without_secrets

QUEUE = wer.StoreType.MACHINE_QUEUE
pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes in folders")


@pytest.fixture
def link(tmp_path):
    """Make a symbolic link: `link(path, to)`."""

    def link(path, to):
        path.symlink_to(to, target_is_directory=to.is_dir())

    try:
        link(tmp_path / "probe", tmp_path)
    except OSError as error:
        pytest.skip(f"this account makes no symbolic links here: {error.strerror}")
    if not (tmp_path / "probe").is_symlink():
        pytest.skip("Wine 8 makes no symbolic links, and says that it did")
    (tmp_path / "probe").rmdir() if sys.platform == "win32" else (tmp_path / "probe").unlink()
    return link


@pytest.fixture
def report(fake, tmp_path):
    """One report in the machine's queue: its folder."""
    fake.reports[QUEUE].append(make_report(tmp_path / "queue" / "AppCrash_1"))
    return tmp_path / "queue" / "AppCrash_1"


class Folder:
    """A target that is a folder."""

    def __init__(self, path):
        self.url = path

    def files(self):
        return {
            str(path.relative_to(self.url)).replace("\\", "/"): path.read_bytes()
            for path in Path(self.url).rglob("*")
            if path.is_file()
        }

    def write(self, name, content):
        (Path(self.url) / name).write_bytes(content)

    def remove(self, name):
        (Path(self.url) / name).unlink()


class FileUrl(Folder):
    """The same folder behind a URL of fsspec's."""

    def __init__(self, path):
        super().__init__(path)
        self.path, self.url = path, path.as_uri()

    def files(self):
        return Folder(self.path).files()

    def write(self, name, content):
        Folder(self.path).write(name, content)

    def remove(self, name):
        Folder(self.path).remove(name)


class Memory:
    """fsspec's memory."""

    def __init__(self, path):
        self.url = "memory://export"
        self.system = fsspec.filesystem("memory")

    def files(self):
        return {path.removeprefix("/export/"): self.system.cat_file(path) for path in self.system.find("/export")}

    def write(self, name, content):
        self.system.pipe_file(f"/export/{name}", content)

    def remove(self, name):
        self.system.rm_file(f"/export/{name}")


@pytest.fixture(params=[Folder, FileUrl, Memory])
def target(request, tmp_path):
    target = request.param(tmp_path / "target")
    yield target
    if isinstance(target, Memory) and target.system.exists("/export"):
        target.system.rm("/export", recursive=True)


def manifest_of(target):
    [text] = [content for name, content in target.files().items() if name.endswith("/manifest.json")]
    return json.loads(text)


def by_name(target):
    return {name.partition("/")[2]: content for name, content in target.files().items()}


def test_a_report_and_its_manifest(report, target):
    done = export(target.url)
    [one] = done.reports
    assert (one.status, one.files, one.left_out, one.reason) == (ExportStatus.COPIED, 2, (), "")
    contents = {path.name: path.read_bytes() for path in report.iterdir()}
    files = by_name(target)
    manifest = json.loads(files.pop("manifest.json"))
    assert files == contents
    assert one.copied == done.copied == sum(map(len, contents.values()))
    assert done.complete
    assert manifest["files"] == [
        {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(contents.items())
    ]
    assert (manifest["schema"], manifest["store"], manifest["key"]) == (1, "MACHINE_QUEUE", str(report))
    assert (manifest["report"]["event"], manifest["report"]["created"]) == ("APPCRASH", "2026-02-03T12:00:00+00:00")
    assert (manifest["machine"], manifest["wer"]) == (_export.platform.node(), wer.__version__)
    assert manifest["left_out"] == []
    assert manifest["report"] == {
        "event": "APPCRASH",
        "application": "Python",
        "application_path": r"C:\Programs\python.exe",
        "created": "2026-02-03T12:00:00+00:00",
        "report_id": str(uuid.uuid5(uuid.NAMESPACE_OID, str(report))),
        "integrator_report_id": str(uuid.UUID(int=0)),
        "bucket": "",
        "signature": [],
    }
    assert one.folder.startswith("20260203T120000Z_APPCRASH_python.exe_")
    assert {name.partition("/")[0] for name in target.files()} == {one.folder}


def test_the_signature_and_the_ids_in_the_manifest(fake, tmp_path):
    parameter = wer.SignatureParameter(0, "Application Name", "python.exe")
    ids = {"report_id": uuid.UUID(int=1), "integrator_report_id": uuid.UUID(int=2), "bucket_id_string": "a bucket"}
    fake.reports[QUEUE].append(make_report(tmp_path / "queue" / "x", signature=(parameter,), **ids))
    export(tmp_path / "target")
    told = manifest_of(Folder(tmp_path / "target"))["report"]
    assert told["signature"] == [{"name": "Application Name", "value": "python.exe"}]
    assert (told["report_id"], told["integrator_report_id"]) == (str(uuid.UUID(int=1)), str(uuid.UUID(int=2)))
    assert told["bucket"] == "a bucket"


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Python cannot change the time zone of a process on Windows")
def test_when_it_was_exported(report, tmp_path, monkeypatch):
    """In UTC, wherever this is."""
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "there-5")
        time.tzset()
        export(tmp_path / "target")
    time.tzset()
    told = datetime.fromisoformat(manifest_of(Folder(tmp_path / "target"))["exported"])
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=10)


def test_what_is_exported_can_be_read(report, tmp_path):
    [one] = export(tmp_path / "target").reports
    assert wer.read_report(tmp_path / "target" / one.folder).application_name == "Python"


def test_the_second_time_nothing_is_copied(report, target):
    first = export(target.url)
    before = target.files()
    second = export(target.url)
    assert [one.status for one in second.reports] == [ExportStatus.UNCHANGED]
    assert (second.copied, second.complete, second.reports[0].files) == (0, True, 2)
    assert second.reports[0].folder == first.reports[0].folder
    assert target.files() == before


def test_what_has_changed_is_copied(report, target):
    export(target.url)
    (report / "minidump.mdmp").write_bytes(b"mdmp" * 1000)  # of the same size
    (report / "new.txt").write_bytes(b"new")
    [one] = export(target.url).reports
    assert (one.status, one.copied, one.files) == (ExportStatus.COPIED, 4003, 3)
    assert by_name(target)["minidump.mdmp"] == b"mdmp" * 1000
    hashes = {file["name"]: file["sha256"] for file in manifest_of(target)["files"]}
    assert hashes["minidump.mdmp"] == hashlib.sha256(b"mdmp" * 1000).hexdigest()


def test_what_the_store_has_no_longer_stays(report, target):
    """As when WER removes the dump of a report that it has sent."""
    export(target.url)
    (report / "minidump.mdmp").unlink()
    assert export(target.url).reports[0].status is ExportStatus.UNCHANGED
    (report / "more.txt").write_bytes(b"more")
    assert export(target.url).complete
    assert {file["name"]: file.get("kept", False) for file in manifest_of(target)["files"]} == {
        "Report.wer": False,
        "more.txt": False,
        "minidump.mdmp": True,
    }
    assert export(target.url).reports[0].status is ExportStatus.UNCHANGED


def test_what_is_there_and_not_in_the_manifest_is_entered(report, target):
    """As after an interruption: it is not copied again, and what names the files has it."""
    [one] = export(target.url).reports
    (report / "a.txt").write_bytes(b"a")
    target.write(f"{one.folder}/a.txt", b"a")
    assert export(target.url).copied == 0
    assert "a.txt" in [file["name"] for file in manifest_of(target)["files"]]


def test_a_manifest_of_another_report_is_none(report, target):
    [one] = export(target.url).reports
    manifest = manifest_of(target)
    target.write(f"{one.folder}/manifest.json", json.dumps(manifest | {"key": "another"}).encode())
    assert export(target.url).complete
    assert manifest_of(target)["key"] == manifest["key"]


@pytest.mark.parametrize(
    ("application", "part"),
    [("a b.exe", "a-b.exe"), ("x" * 40, "x" * 32), ("x" * 31 + " y", "x" * 31), ("..", ""), ("\u4e2d.exe", "exe")],
)
def test_names_of_folders(fake, tmp_path, application, part):
    """The same for a key in whatever case."""
    fake.reports[QUEUE] += [stored_report(key, program=application, name="") for key in (r"C:\R\Ab", r"c:\r\aB")]
    one, other = [_export.folder_name(entry) for entry in list_reports().reports]
    assert one == other
    assert one.split("_")[:-1] == ["20260203T120000Z", "APPCRASH", *filter(None, [part])]


def test_what_somebody_has_damaged_there_is_copied_again(report, target):
    [one] = export(target.url).reports
    target.write(f"{one.folder}/minidump.mdmp", b"cut")
    assert export(target.url).copied == 4000
    target.remove(f"{one.folder}/minidump.mdmp")
    assert export(target.url).copied == 4000
    assert by_name(target)["minidump.mdmp"] == b"MDMP" * 1000


@pytest.mark.parametrize(
    "text",
    [b"", b"\0", b"[]", b"[" * 100_000, b'{"schema": 1}', b'{"schema": 2, "files": []}', b'{"schema":1,"files":{}}'],
)
def test_a_manifest_that_is_none(report, target, text):
    [one] = export(target.url).reports
    target.write(f"{one.folder}/manifest.json", text)
    done = export(target.url)
    assert (done.copied, done.reports[0].status) == (0, ExportStatus.COPIED)
    assert manifest_of(target)["schema"] == 1


def test_a_manifest_of_any_size(report, tmp_path):
    target = Folder(tmp_path / "target")
    [one] = export(target.url).reports
    target.write(f"{one.folder}/manifest.json", b" " * 5_000_000)
    assert export(target.url).reports[0].status is ExportStatus.COPIED


def test_names_do_not_meet(fake, tmp_path, monkeypatch):
    """Of two reports with everything alike but the key, and of one key on two machines."""
    for number in range(2):
        fake.reports[QUEUE].append(make_report(tmp_path / "queue" / str(number), report_id=None))
    done = export(tmp_path / "target")
    monkeypatch.setattr(_export.platform, "node", lambda: "another")
    done_there = export(tmp_path / "target")
    folders = [one.folder for one in (*done.reports, *done_there.reports)]
    assert len(set(folders)) == 4
    assert sorted(folders) == sorted(os.listdir(tmp_path / "target"))


def test_hostile_names_in_the_metadata(fake, tmp_path):
    report = make_report(tmp_path / "q" / "r")
    hostile = "../\\\x1b[2J:\u202e\ud800" * 10
    fake.reports[QUEUE].append(stored_report(report.key, hostile, program=hostile, name=hostile))
    [one] = export(tmp_path / "target").reports
    assert one.status is ExportStatus.COPIED
    assert set(one.folder) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert os.listdir(tmp_path / "target") == [one.folder]
    manifest = json.loads((tmp_path / "target" / one.folder / "manifest.json").read_bytes())
    assert manifest["report"]["event"] == hostile


class TestInterrupted:
    def test_a_full_disk(self, report, target, monkeypatch):
        """Nothing half done is left, and the same again goes on."""
        whole = _export._write
        room = 3000

        def write(out, data):
            nonlocal room
            room -= len(data)
            if room < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            whole(out, data)

        monkeypatch.setattr(_export, "_write", write)
        with pytest.raises(OSError, match="No space left") as caught:
            export(target.url)
        assert caught.value.__notes__ == ["0 of 1 reports were done; the same again goes on"]
        assert list(by_name(target)) == ["Report.wer"]
        monkeypatch.undo()
        assert export(target.url).copied == 4000
        assert set(by_name(target)) == {"Report.wer", "minidump.mdmp", "manifest.json"}

    def test_a_full_disk_while_a_whole_report_is_changed(self, report, target, monkeypatch):
        """What is there is not called whole when it is not."""
        export(target.url)
        (report / "a.txt").write_bytes(b"a")
        (report / "minidump.mdmp").write_bytes(b"x" * 4000)

        def write(out, data, whole=_export._write):
            if len(data) == 4000:
                raise OSError(errno.ENOSPC, "No space left on device")
            whole(out, data)

        monkeypatch.setattr(_export, "_write", write)
        with pytest.raises(OSError, match="No space left"):
            export(target.url)
        assert "manifest.json" not in by_name(target)
        monkeypatch.undo()
        assert export(target.url).complete
        assert len(manifest_of(target)["files"]) == 3

    def test_a_full_disk_when_only_the_manifest_is_left(self, report, target, monkeypatch):
        meanwhile = set()

        def write(out, data, whole=_export._write):
            if data.startswith(b"{"):
                meanwhile.update(by_name(target))
                raise OSError(errno.ENOSPC, "No space left on device")
            whole(out, data)

        monkeypatch.setattr(_export, "_write", write)
        with pytest.raises(OSError, match="No space left"):
            export(target.url)
        assert set(by_name(target)) == {"Report.wer", "minidump.mdmp"}, "and no leftover"
        [half_written] = meanwhile - set(by_name(target))
        assert half_written.startswith(".wer-export-")
        monkeypatch.undo()
        assert export(target.url).copied == 0
        assert "manifest.json" in by_name(target)

    def test_ctrl_c(self, report, target):
        def interrupt(_):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            export(target.url, progress=interrupt)
        assert list(by_name(target)) == []
        assert export(target.url).complete

    def test_killed(self, fake, tmp_path):
        """What it leaves half written has a name of its own, and is gone after the next time."""
        reports = [make_report(tmp_path / "queue" / str(number), {"a.mdmp": bytes(5_000_000)}) for number in range(3)]
        fake.reports[QUEUE] += reports
        target = tmp_path / "target"
        code = (
            "import os, sys\nimport wer, wer.testing\nfrom wer.reports import export\n"
            "read = 0\n"
            "def progress(more):\n"
            "    global read\n"
            "    read += more\n"
            "    if read > 8_000_000:\n"
            "        os._exit(7)\n"
            "with wer.testing.FakeWer() as fake:\n"
            "    for key in sys.argv[2:]:\n"
            "        fake.reports[wer.StoreType.MACHINE_QUEUE].append(wer.read_report(key))\n"
            "    export(sys.argv[1], progress=progress)\n"
        )
        command = [PYTHON, "-c", code, str(target), *(report.key for report in reports)]
        assert subprocess.run(command, env=WITH_WER, timeout=120).returncode == 7
        left = list(target.rglob(".wer-export-*"))
        assert len(left) == 1
        assert not (left[0].parent / "manifest.json").exists()
        assert len(list(target.rglob("manifest.json"))) == 1
        done = export(target)
        assert done.complete
        assert 5_000_000 < done.copied < 11_000_000
        assert len(list(target.rglob("manifest.json"))) == 3
        assert list(target.rglob(".wer-export-*")) == []


class TestWhileOthersChangeTheStore:
    def test_a_report_that_went_before(self, fake, report, tmp_path):
        fake.reports[QUEUE].append(stored_report(tmp_path / "gone"))
        done = export(tmp_path / "target")
        assert sorted(one.status for one in done.reports) == [ExportStatus.COPIED, ExportStatus.GONE]
        assert not done.complete

    def test_a_report_that_goes_while_it_is_copied(self, fake, report, tmp_path, monkeypatch):
        fake.reports[QUEUE].append(make_report(tmp_path / "queue" / "AppCrash_2"))
        opened = _source.SourceFolder.open

        def open_(self, file):
            if file.name == "minidump.mdmp" and self._path.endswith("AppCrash_1"):
                for path in report.iterdir():
                    path.unlink()
                report.rmdir()
            return opened(self, file)

        monkeypatch.setattr(_source.SourceFolder, "open", open_)
        done = export(tmp_path / "target")
        gone, copied = sorted(done.reports, key=lambda one: one.status, reverse=True)
        assert (gone.status, copied.status) == (ExportStatus.GONE, ExportStatus.COPIED)
        assert "not all of it" in gone.reason
        assert not (tmp_path / "target" / gone.folder / "manifest.json").exists()

    def test_a_file_that_goes(self, report, target, monkeypatch):
        files = _source.SourceFolder.files

        def files_(self):
            found = files(self)
            (report / "minidump.mdmp").unlink()
            return found

        monkeypatch.setattr(_source.SourceFolder, "files", files_)
        [one] = export(target.url).reports
        assert (one.status, one.files) == (ExportStatus.PARTLY, 1)
        assert one.left_out == (("minidump.mdmp", "it went while the report was copied"),)
        assert manifest_of(target)["left_out"] == [{"name": one.left_out[0][0], "reason": one.left_out[0][1]}]

    def test_a_file_that_is_written_to(self, report, tmp_path):
        target = Folder(tmp_path / "target")

        def write(_):
            with open(report / "minidump.mdmp", "ab") as file:
                file.write(b"more")

        [one] = export(target.url, progress=write).reports
        assert one.status is ExportStatus.PARTLY
        assert ("minidump.mdmp", "it was written to while it was copied") in one.left_out
        assert "minidump.mdmp" not in by_name(target)
        assert export(target.url).complete

    @pytest.mark.parametrize("error", [PermissionError(errno.EACCES, "in use"), OSError(errno.EIO, "a bad sector")])
    def test_a_file_that_cannot_be_read(self, report, target, monkeypatch, error):
        opened = _source.SourceFolder.open

        def open_(self, file):
            if file.name == "minidump.mdmp":
                raise error
            return opened(self, file)

        monkeypatch.setattr(_source.SourceFolder, "open", open_)
        [one] = export(target.url).reports
        assert (one.status, one.left_out) == (ExportStatus.PARTLY, (("minidump.mdmp", error.strerror),))
        assert export(target.url).reports[0].status is ExportStatus.PARTLY
        monkeypatch.undo()
        assert export(target.url).complete
        assert manifest_of(target)["left_out"] == []

    def test_a_file_that_cannot_be_read_to_its_end(self, report, target, monkeypatch):
        opened = _source.SourceFolder.open

        class Damaged(io.FileIO):
            def read(self, size=-1):
                if self.tell():
                    raise OSError(errno.EIO, "a bad sector")
                return super().read(10)

        def open_(self, file):
            return Damaged(report / file.name) if file.name == "minidump.mdmp" else opened(self, file)

        monkeypatch.setattr(_source.SourceFolder, "open", open_)
        [one] = export(target.url).reports
        assert (one.status, one.left_out) == (ExportStatus.PARTLY, (("minidump.mdmp", "a bad sector"),))
        assert set(by_name(target)) == {"Report.wer", "manifest.json"}

    def test_a_file_that_becomes_shorter(self, fake, tmp_path):
        """What is there of it is not called whole."""
        fake.reports[QUEUE].append(make_report(tmp_path / "queue" / "x", {"a.mdmp": bytes(3 << 20)}))

        def cut(read):
            if read == 1 << 20:
                os.truncate(tmp_path / "queue" / "x" / "a.mdmp", 1 << 20)

        [one] = export(tmp_path / "target", progress=cut).reports
        assert (one.status, one.left_out) == (
            ExportStatus.PARTLY,
            (("a.mdmp", "it was written to while it was copied"),),
        )

    @pytest.mark.parametrize(
        ("error", "status", "reason"),
        [
            (PermissionError(errno.EACCES, "Permission denied"), ExportStatus.FAILED, "Permission denied"),
            (FileNotFoundError(errno.ENOENT, "gone"), ExportStatus.GONE, "its folder is gone"),
            (NotADirectoryError(errno.ENOTDIR, "no folder"), ExportStatus.GONE, "its folder is gone"),
        ],
    )
    def test_a_folder_that_cannot_be_listed(self, report, tmp_path, monkeypatch, error, status, reason):
        def files(self):
            raise error

        monkeypatch.setattr(_source.SourceFolder, "files", files)
        [one] = export(tmp_path / "target").reports
        assert (one.status, one.reason, one.files) == (status, reason, 0)
        assert os.listdir(tmp_path / "target") == []

    @pytest.mark.parametrize(
        ("error", "left_out"),
        [
            (FileNotFoundError(errno.ENOENT, "gone"), ()),
            (PermissionError(errno.EACCES, "Permission denied"), (("minidump.mdmp", "Permission denied"),)),
        ],
    )
    def test_a_file_that_cannot_be_looked_at(self, report, tmp_path, monkeypatch, error, left_out):
        real = os.lstat

        def lstat(path, **more):
            if os.fspath(path).endswith(f"AppCrash_1{os.sep}minidump.mdmp"):
                raise error
            return real(path, **more)

        monkeypatch.setattr(os, "lstat", lstat)
        [one] = export(tmp_path / "target").reports
        assert (one.files, one.left_out) == (1, left_out)

    @pytest.mark.parametrize("most", [1, 2])
    def test_a_folder_with_more_than_is_taken(self, report, tmp_path, monkeypatch, most):
        monkeypatch.setattr(_source, "_MOST_FILES", most)
        [one] = export(tmp_path / "target").reports
        assert (one.files, one.left_out) == (most, (("...", "there are more than 1 files"),) if most == 1 else ())

    def test_a_report_of_which_no_file_can_be_read(self, report, target, monkeypatch):
        def open_(self, file):
            raise PermissionError(errno.EACCES, "in use")

        monkeypatch.setattr(_source.SourceFolder, "open", open_)
        [one] = export(target.url).reports
        assert (one.status, one.reason) == (ExportStatus.FAILED, "none of its files could be read")
        assert [name for name, _ in one.left_out] == ["Report.wer", "minidump.mdmp"]
        assert target.files() == {}


class TestReparsePoints:
    """A report's folder may belong to somebody with fewer rights."""

    def test_links_are_not_followed(self, link, report, tmp_path):
        secret = tmp_path / "secret"
        secret.write_bytes(b"secret")
        link(report / "a", secret)
        link(report / "b", tmp_path)
        link(report / "c", tmp_path / "nothing")
        (report / "e").mkdir()
        [one] = export(tmp_path / "target").reports
        assert one.status is ExportStatus.PARTLY
        assert dict(one.left_out) == {
            **dict.fromkeys("abc", "a link, a junction or another reparse point"),
            "e": "a folder: reports have none",
        }
        assert b"secret" not in b"".join(Folder(tmp_path / "target").files().values())

    def test_a_folder_that_is_a_link(self, link, fake, tmp_path):
        real = make_report(tmp_path / "elsewhere")
        (tmp_path / "queue").mkdir()
        link(tmp_path / "queue" / "r", tmp_path / "elsewhere")
        fake.reports[QUEUE].append(stored_report(tmp_path / "queue" / "r"))
        [one] = export(tmp_path / "target").reports
        assert (one.status, one.reason) == (ExportStatus.FAILED, "its folder is a link or a junction")
        assert real.key

    def test_a_file_that_becomes_a_link(self, link, report, tmp_path, monkeypatch):
        """Between the look at the folder and the opening."""
        (tmp_path / "secret").write_bytes(b"secret")
        files = _source.SourceFolder.files

        def files_(self):
            found = files(self)
            (report / "minidump.mdmp").unlink()
            link(report / "minidump.mdmp", tmp_path / "secret")
            return found

        monkeypatch.setattr(_source.SourceFolder, "files", files_)
        [one] = export(tmp_path / "target").reports
        assert one.left_out == (("minidump.mdmp", "a link or a junction leads to it"),)

    @pytest.mark.parametrize("when", ["__init__", "files"])
    def test_a_folder_that_becomes_a_link(self, link, report, tmp_path, monkeypatch, when):
        make_report(tmp_path / "elsewhere")
        method = getattr(_source.SourceFolder, when)

        def swapped(self, *arguments):
            found = method(self, *arguments)
            if not report.is_symlink():
                report.rename(tmp_path / "moved")
                link(report, tmp_path / "elsewhere")
            return found

        monkeypatch.setattr(_source.SourceFolder, when, swapped)
        [one] = export(tmp_path / "target").reports
        assert one.status is not ExportStatus.COPIED
        assert {reason for _, reason in one.left_out} == {"a link or a junction leads to it"}

    @pipes
    def test_a_pipe(self, report, tmp_path):
        os.mkfifo(report / "a")
        assert export(tmp_path / "target").reports[0].left_out == (("a", "no file"),)

    @pipes
    def test_a_file_that_becomes_a_pipe(self, report, tmp_path, monkeypatch):
        files = _source.SourceFolder.files

        def files_(self):
            found = files(self)
            (report / "minidump.mdmp").unlink()
            os.mkfifo(report / "minidump.mdmp")
            return found

        monkeypatch.setattr(_source.SourceFolder, "files", files_)
        [one] = export(tmp_path / "target").reports
        assert one.left_out == (("minidump.mdmp", "it is no file"),)

    def test_windows_attribute(self, report, tmp_path, monkeypatch):
        """A junction is no symbolic link for `stat`; only the attribute tells."""
        lstat = os.lstat

        class Junction:
            st_mode = 0o40777
            st_file_attributes = 0x410
            st_size = 0

        monkeypatch.setattr(os, "lstat", lambda path: Junction if "minidump" in str(path) else lstat(path))
        [one] = export(tmp_path / "target").reports
        assert one.left_out == (("minidump.mdmp", "a link, a junction or another reparse point"),)

    def test_a_link_in_the_target(self, link, report, tmp_path):
        [one] = export(tmp_path / "target").reports
        folder = tmp_path / "target" / one.folder
        (tmp_path / "mine").write_bytes(b"mine")
        (folder / "minidump.mdmp").unlink()
        link(folder / "minidump.mdmp", tmp_path / "mine")
        assert export(tmp_path / "target").complete
        assert (tmp_path / "mine").read_bytes() == b"mine"
        assert not (folder / "minidump.mdmp").is_symlink()
        folder.rename(tmp_path / "moved")
        link(folder, tmp_path)
        with pytest.raises(OSError, match="a link or a file is where the folder of a report goes"):
            export(tmp_path / "target")


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "a\\b", "C:x", "x:stream", "a*", "a ", "a.", "nul", "COM1.txt", "a\n", "a\x00", "a\ud800"],
)
def test_names_that_are_not_taken(name):
    assert _source.name_refusal(name)


@pytest.mark.parametrize("name", ["MANIFEST.JSON", ".WER-export-1"])
def test_names_that_the_export_needs(name):
    assert "needs itself" in _source.name_refusal(name)


@pytest.mark.parametrize("name", ["Report.wer", "minidump.mdmp", "a b", "\u20ac.txt", "console.log", "a..b", "[1].txt"])
def test_names_that_are_taken(name):
    assert _source.name_refusal(name) == ""


def test_names_with_a_meaning_for_fsspec(fake, tmp_path, target):
    fake.reports[QUEUE].append(make_report(tmp_path / "q" / "r", {"a[1].txt": b"1", "b#c.txt": b"2", "d%20e": b"3"}))
    assert export(target.url).complete
    assert {"a[1].txt", "b#c.txt", "d%20e"} <= set(by_name(target))
    assert export(target.url).copied == 0


@pytest.mark.parametrize("key", ["relative", "", "..", os.path.join(os.sep, "a", "..", "etc")])
def test_keys_that_are_no_paths(fake, tmp_path, key):
    fake.reports[QUEUE].append(stored_report(key))
    [one] = export(tmp_path / "target").reports
    assert one.status is ExportStatus.FAILED
    assert "is not the path of a folder" in one.reason


def test_folders_that_are_none(fake, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    fake.reports[QUEUE] += [stored_report(tmp_path / "empty"), stored_report(tmp_path / "file")]
    done = export(tmp_path / "target")
    assert {one.reason for one in done.reports} == {
        "its folder has no file that can be taken",
        "its key is the path of a file",
    }


def test_long_paths(fake, tmp_path):
    deep = tmp_path.joinpath("q", *["x" * 100] * 3)
    report = make_report(tmp_path / "r")
    os.makedirs(_source.long_path(str(deep)))
    os.rename(_source.long_path(report.key), _source.long_path(str(deep / "r")))
    fake.reports[QUEUE].append(stored_report(deep / "r"))
    target = tmp_path.joinpath("t", *["y" * 100] * 3)
    for status in (ExportStatus.COPIED, ExportStatus.UNCHANGED):
        [one] = export(target).reports
        assert one.status is status
    folder = os.path.join(str(target), one.folder)
    assert sorted(os.listdir(_source.long_path(folder))) == ["Report.wer", "manifest.json", "minidump.mdmp"]


def test_some_reports(fake, report, tmp_path):
    fake.reports[QUEUE].append(make_report(tmp_path / "queue" / "b", event="BEX64"))
    assert len(export(tmp_path / "a", event="BEX64").reports) == 1
    listing = list_reports()
    assert len(export(tmp_path / "b", listing).reports) == 2
    assert len(export(tmp_path / "c", listing.reports[:1]).reports) == 1
    assert export(tmp_path / "d", []).reports == ()


def test_a_target_that_takes_little_at_a_time():
    class Slow(io.BytesIO):
        def write(self, data):
            return super().write(data[:3])

    class Silent(io.BytesIO):
        def write(self, data):
            super().write(data)

    for out in (Slow(), Silent(), io.BytesIO()):
        _export._write(out, b"abcdefgh")
        assert out.getvalue() == b"abcdefgh"


def test_progress(report, target):
    for _ in range(2):  # hashing is work too
        told = []
        export(target.url, progress=told.append)
        assert sum(told) == sum(path.stat().st_size for path in report.iterdir())


def test_memory_is_bounded(fake, tmp_path):
    fake.reports[QUEUE].append(make_report(tmp_path / "q" / "r", {"a.mdmp": bytes(50_000_000)}))
    for time_ in ("copied", "in the manifest", "there, and in no manifest"):
        if time_ == "there, and in no manifest":
            next((tmp_path / "target").rglob("manifest.json")).unlink()
        tracemalloc.start()
        try:
            assert export(tmp_path / "target").complete
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 5_000_000


class TestTargets:
    def test_without_fsspec(self, report, monkeypatch):
        monkeypatch.setitem(sys.modules, "fsspec.core", None)
        with pytest.raises(ModuleNotFoundError, match=r'pip install "werapi\[remote\]"') as caught:
            export("s3://key:secret@bucket/x?sig=secret")
        assert "secret" not in str(caught.value)
        assert "s3://***@bucket/x?***" in str(caught.value)

    def test_a_folder_needs_no_fsspec(self, report, tmp_path):
        code = "import sys, wer.reports; print('fsspec' in sys.modules)"
        done = subprocess.run([PYTHON, "-c", code], env=WITH_WER, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "False"

    def test_a_kind_of_url_that_is_not_known(self, report):
        with pytest.raises(ValueError, match=r"target nosuch://\*\*\*@x is of no kind that fsspec knows"):
            export("nosuch://a:b@x")

    def test_a_kind_of_url_that_needs_one_more_package(self, report, monkeypatch):
        def missing(url, **options):
            raise ImportError("Install s3fs to access S3")

        monkeypatch.setattr(fsspec.core, "url_to_fs", missing)
        with pytest.raises(ModuleNotFoundError, match=r"s3://\*\*\*@x is of a kind that needs .*: Install s3fs"):
            export("s3://a:b@x")

    def test_an_object_storage_has_no_empty_folders(self, report, monkeypatch):
        def missing(self, path, **options):
            raise FileNotFoundError(path)

        monkeypatch.setattr(fsspec.filesystem("memory").__class__, "ls", missing)
        target = _targets.open_target("memory://export", None)
        assert target.names("none") == []

    @pytest.mark.parametrize(
        ("target", "told"),
        [
            ("sftp://user:pass@host/a@b", "sftp://***@host/a@b"),
            ("sftp://user:p@ss@host/a", "sftp://***@host/a"),
            ("simplecache::s3://key:secret@bucket/x?sig=a@b", "simplecache::s3://***@bucket/x?***"),
            ("s3://bucket/x", "s3://bucket/x"),
            ("C:\\a@b", "C:\\a@b"),
        ],
    )
    def test_no_password_is_shown(self, target, told):
        assert without_secrets(target) == told

    def test_a_storage_that_tells_no_size(self, report, monkeypatch):
        """As of what is compressed on its way: it is copied anew."""
        monkeypatch.setattr(fsspec.filesystem("memory").__class__, "info", lambda self, path, **options: {"size": None})
        assert _targets.open_target("memory://export", None).size("x") == -1

    def test_what_is_not_there(self, target):
        """Nothing to open, and nothing to remove."""
        place = _targets.open_target(target.url, None)
        place.make_folder("x")
        assert place.size("x/none") is None
        place.remove("x/none")
        assert place.names("x") == []

    def test_options(self, report, tmp_path):
        assert export("memory://options", options={"skip_instance_cache": True}).complete
        fsspec.filesystem("memory").rm("/options", recursive=True)
        with pytest.raises(ValueError, match="options are for a URL"):
            export(tmp_path, options={"a": 1})

    def test_a_storage_that_fails_in_its_own_way(self, report, monkeypatch):
        class Strange(Exception):
            pass

        def fail(*arguments, **options):
            raise Strange("no such bucket")

        monkeypatch.setattr(fsspec.filesystem("memory").__class__, "makedirs", fail)
        with pytest.raises(OSError, match="Strange: no such bucket"):
            export("memory://export")

    @pytest.mark.parametrize(("target", "error"), [("", ValueError), (b"x", TypeError), (5, TypeError)])
    def test_what_is_none(self, fake, target, error):
        with pytest.raises(error):
            export(target)

    def test_a_folder_that_is_a_file(self, report, tmp_path):
        (tmp_path / "target").write_bytes(b"")
        with pytest.raises(OSError):  # noqa: PT011 - its text is the system's
            export(tmp_path / "target")

    @pytest.mark.parametrize(
        ("target", "elsewhere"),
        [
            ("folder", False),
            ("file:///tmp/x", False),
            ("FILE:///C:/x", False),
            ("memory://x", False),
            ("s3://bucket/x", True),
            ("simplecache::s3://bucket/x", True),
            ("https://x/y", True),
            ("file:////server/share", True),
            ("C:x", False),
        ],
    )
    def test_where_it_goes(self, target, elsewhere):
        assert goes_elsewhere(target) is elsewhere

    @pytest.mark.skipif(sys.platform != "win32", reason="paths of Windows")
    @pytest.mark.parametrize(
        ("target", "elsewhere"),
        [
            (r"\\server\share\x", True),
            ("//server/share/x", True),
            (r"\\?\UNC\server\share", True),
            (r"C:\x", False),
            (r"\\?\C:\x", False),
        ],
    )
    def test_where_it_goes_on_windows(self, target, elsewhere):
        assert goes_elsewhere(target) is elsewhere

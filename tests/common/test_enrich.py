"""`wer.service.enrich`: all of it or nothing, and undone. With the fake; faulthandler is played."""

import faulthandler
import gc
import os
import subprocess
import sys
import weakref
from types import SimpleNamespace

import pytest
from pythons import PYTHON, WITH_WER

import wer
from wer.service import RingLog, _enrich, _fault_stacks, enrich
from wer.service._folder import Folder


@pytest.fixture
def faults(monkeypatch):
    """faulthandler, played: pytest has enabled the real one."""
    faults = SimpleNamespace(file=None, calls=[])

    def enable(file, all_threads):
        assert all_threads
        os.fstat(file)  # it is open
        faults.file = file
        faults.calls.append("enable")

    def disable():
        os.fstat(faults.file)  # still: it might be written to
        faults.file = None
        faults.calls.append("disable")

    faults.is_enabled = lambda: faults.file is not None
    faults.enable, faults.disable = enable, disable
    monkeypatch.setattr(_fault_stacks, "faulthandler", faults)
    return faults


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "ours"


def functions(fake):
    return [call.function.removeprefix("Wer") for call in fake.calls]


def test_all_of_it_and_undone(fake, faults, folder):
    ring = RingLog()
    done = enrich(metadata={"Version": "4.2.1", "Queue": "hp"}, files=["a.log", folder], ring_log=ring, folder=folder)
    assert functions(fake) == [
        *["RegisterCustomMetadata"] * 2,
        *["RegisterFile"] * 2,
        "RegisterMemoryBlock",
        "RegisterFile",
    ]
    assert [fake.calls[index].arguments.get("path") for index in (2, 5)] == [
        os.path.abspath("a.log"),
        done.faulthandler_path,
    ]
    assert fake.calls[0].arguments == {"key": "Version", "value": "4.2.1"}
    assert fake.calls[4].arguments["size"] == 65536
    assert os.path.dirname(done.faulthandler_path) == str(folder)
    assert faults.calls == ["enable"]
    assert len(done.registrations) == 6
    assert all(registration.active for registration in done.registrations)
    assert done.notes == ()
    ring.write("while it is registered")
    fake.calls.clear()
    done.undo()
    assert functions(fake) == [
        "UnregisterFile",
        "UnregisterMemoryBlock",
        *["UnregisterFile"] * 2,
        *["UnregisterCustomMetadata"] * 2,
    ]
    assert faults.calls == ["enable", "disable"]
    assert os.listdir(folder) == []
    done.undo()
    assert len(fake.calls) == 6
    ring.buffer.append(0)  # its memory may move again
    enrich(metadata={"Version": "4.2.2"}, folder=Folder(folder)).undo()


def test_as_a_context_manager(fake, faults, folder):
    with enrich(metadata={"A": "1"}, folder=folder) as done:
        assert os.path.exists(done.faulthandler_path)
    assert not any(registration.active for registration in done.registrations)
    assert os.listdir(folder) == []


def test_an_error_at_the_end_does_not_hide_another(fake, faults, folder):
    fake.fail("WerUnregisterCustomMetadata", 0x8007139F)
    with pytest.raises(wer.WerError, match="WerUnregisterCustomMetadata"), enrich(metadata={"A": "1"}, folder=folder):
        pass
    with pytest.raises(ZeroDivisionError), enrich(metadata={"B": "1"}, folder=folder):
        1 / 0  # noqa: B018
    assert os.listdir(folder) == []


def test_the_rest_is_undone_if_wer_refuses_one(fake, faults, folder):
    done = enrich(metadata={"A": "1", "B": "2"}, files=["a"], folder=folder)
    fake.fail("WerUnregisterFile", 0x8007139F, times=1)
    with pytest.raises(wer.WerError, match="WerUnregisterFile"):
        done.undo()
    assert [registration.active for registration in done.registrations] == [False, False, False, True]
    assert faults.calls == ["enable", "disable"]
    done.registrations[-1].unregister()


@pytest.mark.parametrize(("nth", "registered"), [(0, 1), (1, 2), (2, 2), (3, 3)])  # the third is the file's
def test_without_memory_to_keep_what_is_begun_nothing_stays(fake, faults, folder, monkeypatch, nth, registered):
    class Enrichment(_enrich.Enrichment):
        kept = 0

        def __setattr__(self, name, value):
            if name == "_undoing" and value is not None and not undoing:
                if self.kept == nth:
                    undoing.append(True)
                    raise MemoryError
                self.__dict__["kept"] = self.kept + 1
            super().__setattr__(name, value)

    undoing = []
    monkeypatch.setattr(_enrich, "Enrichment", Enrichment)
    with pytest.raises(MemoryError):
        enrich(metadata={"A": "1"}, files=["a"], folder=folder)
    called = [name.partition("ister")[0] for name in functions(fake)]
    assert called == ["Reg"] * registered + ["Unreg"] * registered
    assert not folder.exists() or list(folder.iterdir()) == []
    assert faults.calls == []


def test_ctrl_c_at_the_last_step_leaves_nothing(fake, faults, folder, monkeypatch):
    def ctrl_c(function):
        raise KeyboardInterrupt

    monkeypatch.setattr(_enrich.atexit, "register", ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        enrich(metadata={"A": "1"}, files=["a"], folder=folder)
    assert functions(fake)[3:] == ["UnregisterFile", "UnregisterFile", "UnregisterCustomMetadata"]
    assert list(folder.iterdir()) == []
    assert faults.calls == ["enable", "disable"]


@pytest.mark.parametrize("left", ["metadata", "files", "ring_log", "faulthandler"])
def test_each_may_be_left_out(fake, faults, folder, left):
    options = {"metadata": {"A": "1"}, "files": ["a"], "ring_log": RingLog(), "faulthandler": True}
    del options[left]
    if left == "faulthandler":
        options["faulthandler"] = False
    with enrich(**options, folder=folder) as done:
        assert len(done.registrations) == 3
    assert folder.exists() == (left != "faulthandler")


def test_what_was_undone_is_not_kept(fake, faults, folder):
    """By what runs at the end of the interpreter, for one."""
    done = enrich(metadata={"A": "1"}, folder=folder)
    done.undo()
    gone = weakref.ref(done)
    del done
    gc.collect()
    assert gone() is None


def test_a_folder_that_cannot_be_swept_is_used_all_the_same(fake, faults, folder, monkeypatch):
    def refuse(folder):
        raise PermissionError(13, "denied")

    monkeypatch.setattr(Folder, "sweep", refuse)
    with enrich(folder=folder) as done:
        assert os.path.exists(done.faulthandler_path)


def test_nothing_at_all(fake):
    with enrich(faulthandler=False) as done:
        assert (done.registrations, fake.calls) == ((), [])


class TestRefused:
    """Before anything is done, or all of it undone."""

    def test_more_metadata_than_wer_takes(self, fake, faults):
        with pytest.raises(ValueError, match=r"at most 8 pairs \(WER_MAX_REGISTERED_METADATA\), got 9"):
            enrich(metadata={f"Key{number}": "" for number in range(9)})
        assert fake.calls == faults.calls == []

    def test_more_entries_than_wer_takes(self, fake, faults):
        paths = [f"{number}.log" for number in range(511)]
        with pytest.raises(ValueError, match=r"at most 512 entries .*WER_MAX_REGISTERED_ENTRIES.* are 513"):
            enrich(metadata={"A": ""}, files=paths)
        assert fake.calls == faults.calls == []
        with enrich(metadata={"A": ""}, files=paths, faulthandler=False) as done:
            assert len(done.registrations) == 512

    def test_together_with_what_is_registered_elsewhere(self, fake, faults, folder):
        others = [wer.register_custom_metadata(f"Key{number}", "") for number in range(7)]
        fake.calls.clear()
        with pytest.raises(ValueError, match=r"at most 8 .*WER_MAX_REGISTERED_METADATA.*unregister one first"):
            enrich(metadata={"A": "", "B": ""}, folder=folder)
        assert functions(fake) == ["RegisterCustomMetadata", "UnregisterCustomMetadata"]
        others.pop().unregister()
        enrich(metadata={"A": "", "B": ""}, folder=folder).undo()

    @pytest.mark.parametrize(
        ("options", "error", "text"),
        [
            ({"metadata": {"1": ""}}, ValueError, "XML element"),
            ({"metadata": {"A": "1", "B": "ä"}}, ValueError, "printable ASCII"),
            ({"metadata": {"A": 1}}, TypeError, "value must be a str"),
            ({"files": "a.log"}, TypeError, "an iterable of paths, got one path"),
            ({"files": Folder("a")}, TypeError, "an iterable of paths, got one path"),
            ({"ring_log": bytearray(5)}, TypeError, r"ring_log must be a wer\.service\.RingLog, got bytearray"),
        ],
    )
    def test_a_wrong_argument(self, fake, faults, options, error, text):
        with pytest.raises(error, match=text):
            enrich(**options)
        assert fake.calls == faults.calls == []

    @pytest.mark.parametrize("function", ["WerRegisterCustomMetadata", "WerRegisterFile", "WerRegisterMemoryBlock"])
    @pytest.mark.parametrize("after", [0, 1])
    def test_by_wer(self, fake, faults, folder, function, after):
        fake.fail(function, 0x8007139F, after=after)
        ring = RingLog()
        options = {"metadata": {"A": "", "B": ""}, "files": ["a", "b"], "ring_log": ring, "folder": folder}
        if function == "WerRegisterMemoryBlock" and after:
            fake.fail(function, 0)
            fake.fail("WerRegisterFile", 0x8007139F, after=2)  # faulthandler's
        with pytest.raises(wer.WerError, match="WerRegister"):
            enrich(**options)
        done = [name for name in functions(fake) if name.startswith("Reg")]
        undone = [name.replace("Unr", "R", 1) for name in functions(fake) if name.startswith("Unr")]
        assert sorted(undone) == sorted(done[:-1])
        assert not folder.exists() or os.listdir(folder) == []
        assert not faults.is_enabled()
        fake.fail(function, 0)
        fake.fail("WerRegisterFile", 0)
        enrich(**options).undo()

    def test_a_file_that_cannot_be_made(self, fake, faults, tmp_path):
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(OSError, match="file"):
            enrich(metadata={"A": ""}, folder=tmp_path / "file")
        assert functions(fake) == ["RegisterCustomMetadata", "UnregisterCustomMetadata"]


def test_faulthandler_that_is_enabled_is_left_alone(fake, faults, folder):
    faults.file = 2
    with enrich(metadata={"A": ""}, folder=folder) as done:
        assert len(done.registrations) == 1
        assert done.faulthandler_path is None
        assert done.notes == ("faulthandler is enabled already, and it tells nobody where to: left as it is",)
    assert faults.calls == []
    assert faults.file == 2


def test_it_is_undone_at_the_end_of_the_interpreter(folder):
    code = """
import sys
import wer.testing
from wer.service import enrich
fake = wer.testing.FakeWer()
fake.__enter__()
done = enrich(metadata={"A": ""}, folder=sys.argv[1])
class Last:
    def __del__(self, calls=fake.calls, write=sys.stdout.write):
        write(" ".join(call.function for call in calls))
last = Last()
"""
    done = subprocess.run(
        [PYTHON, "-c", code, str(folder)],
        env=WITH_WER,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[-2:] == ["WerUnregisterFile", "WerUnregisterCustomMetadata"]
    assert os.listdir(folder) == []


@pytest.mark.skipif(sys.platform == "win32", reason="tests/windows/test_enrich.py crashes there")
def test_the_real_faulthandler(fake, folder):
    """What it is given is what it takes: pytest's own goes on afterwards."""
    was = faulthandler.is_enabled()
    faulthandler.disable()
    try:
        with enrich(folder=folder) as done:
            assert faulthandler.is_enabled()
            assert os.path.exists(done.faulthandler_path)
        assert not faulthandler.is_enabled()
    finally:
        if was:
            faulthandler.enable(sys.__stderr__)

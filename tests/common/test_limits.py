"""`wer.service.Limits`: on Windows with the extension, elsewhere with the fake; the files are real ones on both."""

import gc
import os
import random
import struct
import subprocess
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from once import once
from pythons import PYTHON, WITH_WER

import wer.testing
from wer import _native
from wer.service import Limits, Taken, _folder, _limits
from wer.service._ledger import SIZE, SLOTS

HOUR = 3600
DAY = 24 * HOUR
PATIENCE = 60  # seconds for what takes none


@pytest.fixture(autouse=True)
def layer():
    """The extension on Windows; elsewhere the fake."""
    if sys.platform == "win32":
        yield
    else:
        with wer.testing.FakeWer():
            yield


class Clock:
    """Uptime and wall clock, in seconds."""

    def __init__(self, up, wall):
        self.up, self.wall = up, wall

    def go_on(self, seconds):
        self.up += seconds
        self.wall += seconds

    def set(self, seconds):
        """Somebody sets the clock; or the machine sleeps, and uptime does not count that."""
        self.wall += seconds

    def restart(self, down=60, up=30):
        """The machine is off for `down` seconds, and then up for `up`."""
        self.wall += down + up
        self.up = up


@pytest.fixture
def clock(monkeypatch):
    clock = Clock(10 * DAY, 20_000 * DAY)
    monkeypatch.setattr(_native, "uptime", lambda: round(clock.up * 1000))
    monkeypatch.setattr(_limits, "time_ns", lambda: round(clock.wall * 1_000_000_000))
    return clock


@pytest.fixture
def started(tmp_path):
    """Start a process: as far as `Limits` knows, a new one each time."""
    made = []

    def started(*arguments, folder=tmp_path, **options):
        made.append(Limits(*arguments, folder=folder, **options))
        return made[-1]

    yield started
    for limits in made:
        limits.close()


def allowed(limits, signature="a", count=1):
    return [limits.take(signature).allowed for _ in range(count)]


class TestLimits:
    def test_by_default(self, clock, started):
        limits = started()
        assert limits.take("a") == Taken(True, 0, 0)
        assert limits.take("a") == (False, 1, 1)
        assert [limits.take(str(number)).allowed for number in range(12)] == [True] * 9 + [False] * 3
        clock.go_on(HOUR - 0.001)
        assert limits.take("a").allowed is False
        clock.go_on(0.001)
        assert limits.take("a") == (True, 2, 4)
        assert limits.problem is None

    def test_of_all_processes(self, clock, started):
        one, other = started(), started()
        assert one.take("a") == (True, 0, 0)
        assert other.take("a") == (False, 1, 1)
        assert one.take("a") == (False, 2, 2)
        assert started().take("b") == (True, 0, 2)
        clock.go_on(HOUR)
        assert other.take("a") == (True, 2, 0)

    def test_of_each_folder(self, clock, started, tmp_path):
        assert allowed(started(folder=tmp_path / "one")) == [True]
        assert allowed(started(folder=tmp_path / "two")) == [True]
        assert allowed(started(folder=_folder.Folder(tmp_path / "two"))) == [False]

    def test_of_the_user(self, clock, monkeypatch, tmp_path):
        monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
        limits = Limits()
        assert allowed(limits, count=2) == [True, False]
        limits.close()
        assert (tmp_path / "wer" / "limits.bin").stat().st_size == SIZE == 16448

    def test_any_hour_not_only_one_that_begins_with_a_report(self, clock, started):
        limits = started()
        assert allowed(limits, "0") == [True]
        clock.go_on(HOUR - 1)
        assert sum(limits.take(str(number)).allowed for number in range(1, 20)) == 9
        clock.go_on(2)
        assert sum(limits.take(str(number)).allowed for number in range(20, 40)) == 1

    def test_as_it_should_be(self, clock, started):
        """Beside a simple one that remembers everything: processes, signatures and times at random."""
        choose = random.Random(13)
        clock.up = 10_000 * DAY
        for per_signature, total, window in [(1, 10, 3600), (3, 7, 60.5), (5, 5, 1), (2, 256, 500)]:
            folder = {"folder": os.path.join(os.fspath(started()._folder), f"{total}")}
            processes = [started(per_signature, total, window, **folder) for _ in range(3)]
            filed, left_out, in_all = [], {}, 0
            for _ in range(400):
                clock.go_on(round(choose.expovariate(total / window), 3))
                if choose.random() < 0.1:
                    clock.set(choose.choice([-1, 1]) * choose.choice([1, HOUR, 10 * DAY]))
                if choose.random() < 0.05:
                    processes[choose.randrange(3)] = started(per_signature, total, window, **folder)
                signature = choose.choice("abcdefgh")
                recent = [which for which, when in filed if round(clock.up - when, 3) < window]
                expected = len(recent) < total and recent.count(signature) < per_signature
                if expected:
                    filed.append((signature, clock.up))
                    answer = Taken(True, left_out.pop(signature, 0), in_all)
                    in_all = 0
                else:
                    left_out[signature] = left_out.get(signature, 0) + 1
                    in_all += 1
                    answer = Taken(False, left_out[signature], in_all)
                assert choose.choice(processes).take(signature) == answer

    def test_signatures(self, started):
        for text in ("", "a\0b", "ä€😀", "\ud800", "x" * 1_000_000):
            assert allowed(started(1, 256), text, 2) == [True, False]

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"per_signature": 0}, ValueError, "per_signature must be 1 or more, got 0"),
            ({"per_signature": 1.0}, TypeError, "per_signature must be an int, got float"),
            ({"per_signature": True}, TypeError, "per_signature must be an int, got bool"),
            ({"total": 0}, ValueError, "total must be 1 or more, got 0"),
            ({"total": 257}, ValueError, "total must be 1 to 256, got 257"),
            ({"total": None}, TypeError, "total must be an int, got NoneType"),
            ({"window": 0}, ValueError, "window must be more than 0 and less than 1000000000 seconds, got 0"),
            ({"window": -1.5}, ValueError, "window must be more than 0 and less than 1000000000 seconds, got -1.5"),
            (
                {"window": float("nan")},
                ValueError,
                "window must be more than 0 and less than 1000000000 seconds, got nan",
            ),
            (
                {"window": float("inf")},
                ValueError,
                "window must be more than 0 and less than 1000000000 seconds, got inf",
            ),
            (
                {"window": 10**9},
                ValueError,
                "window must be more than 0 and less than 1000000000 seconds, got 1000000000",
            ),
            ({"window": 10**400}, ValueError, "window must be more than 0 and less than 1000000000 seconds, got 1000"),
            ({"window": "1"}, TypeError, "window must be a number of seconds, got str"),
            ({"window": True}, TypeError, "window must be a number of seconds, got bool"),
            ({"folder": 5}, TypeError, "int"),
        ],
    )
    def test_arguments(self, arguments, error, message, tmp_path):
        with pytest.raises(error, match=message):
            Limits(**{"folder": tmp_path, **arguments})

    def test_a_signature_is_a_text(self, started):
        with pytest.raises(TypeError, match="signature must be a str, got int"):
            started().take(5)

    def test_the_longest_window(self, clock, started):
        limits = started(1, 1, 999_999_999)
        assert allowed(limits) == [True]
        clock.go_on(1000 * DAY)
        assert allowed(limits) == [False]

    def test_what_it_prints(self, started, tmp_path):
        assert repr(started(2, 5, 0.5)) == f"<Limits 2 and 5 in 0.5 s, {os.path.join(tmp_path, 'limits.bin')!r}>"


class TestClock:
    """A wall clock that jumps neither frees the limit nor keeps it."""

    @pytest.mark.parametrize("jump", [HOUR, -HOUR, DAY, -DAY, -20_000 * DAY], ids=str)
    def test_it_is_set_while_we_run(self, clock, started, jump):
        limits = started()
        assert allowed(limits) == [True]
        clock.set(jump)
        assert allowed(limits) == [False]
        assert allowed(started()) == [False], "another process, which starts afterwards"
        clock.go_on(HOUR - 1)
        assert allowed(limits) == allowed(started()) == [False]
        clock.go_on(1)
        assert allowed(limits) == [True]
        assert allowed(started()) == allowed(limits) == [False]

    def test_it_is_set_again_and_again(self, clock, started):
        running = started()
        assert allowed(running) == [True]
        for jump in (HOUR, -HOUR, 2 * DAY, -DAY, -DAY, 5 * HOUR):
            clock.set(jump)
            clock.go_on(60)
            assert allowed(started()) == allowed(running) == [False]
        clock.go_on(HOUR - 6 * 60)
        assert allowed(started()) == [True]

    @pytest.mark.parametrize("jump", [HOUR, -HOUR])
    def test_a_process_that_runs_knows_that_it_was_no_restart(self, clock, started, jump):
        """Even minutes after a start of Windows, when the jump is more than the uptime."""
        clock.up = 120
        limits = started()
        assert allowed(limits) == [True]
        clock.set(jump)
        clock.go_on(60)
        assert allowed(limits) == [False]
        clock.go_on(HOUR - 60)
        assert allowed(limits) == [True]

    def test_a_jump_by_more_than_the_uptime_looks_like_a_restart(self, clock, started):
        """What nobody can tell from the two clocks. It frees once; then it is the same boot again for all."""
        clock.up = 120
        assert allowed(started()) == [True]
        clock.set(HOUR)
        running = started()
        assert allowed(running) == [True]
        assert allowed(started()) == allowed(running) == [False]
        clock.go_on(HOUR)
        assert allowed(started()) == [True]

    def test_restarts_do_not_free_it(self, clock, started):
        """A machine that starts again every five minutes."""
        assert allowed(started()) == [True]
        for _ in range(11):
            clock.restart(down=60, up=240)
            assert allowed(started()) == [False]
        clock.restart(down=60, up=240)
        assert allowed(started()) == [True]
        assert allowed(started()) == [False]

    def test_a_day_later_with_more_uptime_than_before(self, clock, started):
        """Every day, some minutes later after the start than the day before."""
        clock.up = 60
        assert allowed(started()) == [True]
        for up in (60, 120, 180, 300, HOUR):
            clock.restart(down=DAY, up=up)
            assert allowed(started(), count=2) == [True, False]

    @pytest.mark.parametrize(("back", "is_known"), [(0, True), (9.99, True), (10, False)])
    def test_a_restart_at_once_with_more_uptime_than_before(self, clock, started, back, is_known):
        """It is known by how far the boots are apart: as much as the first one took, but for what the clock was set."""
        clock.up = 600
        assert allowed(started()) == [True]
        clock.restart(down=0, up=HOUR)
        clock.set(-back)
        assert allowed(started()) == [is_known]

    def test_a_restart_with_the_clock_behind(self, clock, started):
        """The battery is empty: it is 1970 again. An hour of uptime ends it."""
        assert allowed(started()) == [True]
        clock.restart()
        clock.wall = 30
        assert allowed(started()) == [False]
        clock.go_on(HOUR - 31)
        assert allowed(started()) == [False]
        clock.go_on(1)
        assert allowed(started()) == [True]
        running = started()
        clock.wall = 20_100 * DAY  # it is set right
        assert allowed(running) == [False]

    def test_many_restarts_with_the_clock_behind(self, clock, started):
        assert allowed(started()) == [True]
        for _ in range(5):
            clock.restart(up=600)
            clock.wall = 600
            assert allowed(started()) == [False]
            clock.go_on(HOUR - 601)
            assert allowed(started()) == [False]
        clock.go_on(1)
        assert allowed(started()) == [True]

    def test_it_sleeps(self, clock, started):
        """Hibernation, too: uptime counts it, says Microsoft. If a Windows did not, it would take longer to end."""
        limits = started()
        assert allowed(limits) == [True]
        clock.go_on(HOUR)
        assert allowed(limits) == [True]
        clock.set(HOUR)  # as if it were not counted
        assert allowed(limits) == [False]
        clock.go_on(HOUR)
        assert allowed(limits) == [True]

    def test_both_kinds_of_processes_write_after_a_restart(self, clock, started):
        """What is of the earlier boot and of this one counts together, and the file says of which each is."""
        old = started(1, 3)
        assert [old.take(name).allowed for name in "ab"] == [True, True]
        clock.restart(down=600)
        new = started(1, 3)
        assert [new.take(name).allowed for name in "acd"] == [False, True, False]
        clock.go_on(HOUR - 630)
        assert [started(1, 3).take(name).allowed for name in "acbe"] == [True, False, True, False]

    def test_an_uptime_from_nowhere(self, clock, started):
        """A smaller uptime in a process that runs: nothing does that; it neither raises nor keeps the limit."""
        limits = started()
        assert allowed(limits) == [True]
        clock.up = 5
        assert limits.take("a").allowed in (True, False)
        clock.go_on(HOUR)
        assert allowed(limits) == [True]


class TestSlots:
    def test_more_signatures_than_slots(self, clock, started):
        limits = started(1, 5)
        for number in range(1000):
            clock.go_on(0.016)
            assert limits.take(f"{number}").allowed == (number < 5)
        assert [limits.take(f"{number}").allowed for number in range(5)] == [False] * 5, "they still count"
        assert limits.take("999").left_out == 2, "of the newest it is known"
        assert limits.take("6").left_out == 1, "that of the oldest is forgotten"
        clock.go_on(HOUR)
        assert limits.take("999") == (True, 2, 1002), "all are counted"

    def test_as_many_reports_as_slots(self, clock, started):
        limits = started(1, SLOTS)
        assert [limits.take(f"{number}").allowed for number in range(SLOTS)] == [True] * SLOTS
        assert limits.take("x") == (False, 0, 1), "there is no slot to count it for its signature"
        assert limits.take("7") == (False, 1, 2)
        clock.go_on(HOUR)
        assert limits.take("7") == (True, 1, 2)

    def test_one_signature_many_times(self, clock, started):
        limits = started(3, 10)
        assert allowed(limits, count=5) == [True] * 3 + [False] * 2
        clock.go_on(HOUR)
        assert limits.take("a") == (True, 2, 2)

    def test_the_bytes_are_these_on_every_python(self, clock, started, tmp_path):
        """Several Pythons share the file."""
        clock.up, clock.wall = 5000, 1_000_000
        limits = started()
        limits.take("a")
        clock.go_on(1)
        limits.take("a")
        data = (tmp_path / "limits.bin").read_bytes()
        boot = 995_000_000

        digest = bytes.fromhex("27c35e6e9373877f29e562464e46497e")
        assert data[:64] == whole(struct.pack("<8sqqQ28x", b"wer lim\x01", boot, 5_001_000, 1))
        assert data[64:128] == whole(struct.pack("<16sqqQB19x", digest, boot, 5_000_000, 1, 1))
        assert data[128:] == bytes(SIZE - 128)

    @once("3.12")
    def test_any_byte_may_be_wrong(self, clock, started, tmp_path):
        """A torn block counts as empty, and nothing else does."""
        limits = started(1, 4)
        assert [limits.take(name).allowed for name in "abcd"] == [True] * 4
        limits.close()
        path = tmp_path / "limits.bin"
        data = path.read_bytes()
        for place in range(64 * 6):
            torn = bytearray(data)
            torn[place] ^= 0x55
            path.write_bytes(torn)
            found = [started(1, 4).take(name).allowed for name in "abcd"]
            expected = [True] * 4
            if place // 64 in (1, 2, 3, 4):
                assert sum(found) == 1
                assert found.index(True) == place // 64 - 1
            else:
                assert found == [False] * 4, "the header has no counts, and the other slots are empty"
            assert len(expected) == 4

    def test_a_header_that_is_lost_after_a_restart(self, clock, started, tmp_path):
        assert allowed(started()) == [True]
        with open(tmp_path / "limits.bin", "r+b") as file:
            file.write(bytes(64))
        clock.restart(down=600)
        assert allowed(started()) == [False]
        clock.go_on(HOUR)
        assert allowed(started()) == [True]


def whole(block):
    """A block with its right checksum."""
    return block[:60] + struct.pack("<I", zlib.crc32(block[:60]))


def made_up(seed):
    """Blocks of an attacker, with right checksums."""
    choose = random.Random(seed)
    extremes = [0, 1, -1, 2**63 - 1, -(2**63), 864_000_000, 20_000 * DAY * 1000]
    blocks = []
    for index in range(SLOTS + 1):
        body = choose.randbytes(60)
        if index == 0:
            body = struct.pack("<8sqqQ28x", b"wer lim\x01", *choose.choices(extremes, k=2), 2**64 - 1)
        elif choose.random() < 0.9:
            digest = _limits.blake2b(choose.choice(["a", "b"]).encode(), digest_size=16).digest()
            body = struct.pack("<16sqqQB19x", digest, *choose.choices(extremes, k=2), 2**64 - 1, choose.randrange(3))
        blocks.append(whole(body))
    return b"".join(blocks)


def holes(path):
    with open(path, "wb") as file:
        file.truncate(1 << 30)


class TestDamage:
    @pytest.mark.parametrize(
        "write",
        [
            lambda path: path.write_bytes(b""),
            lambda path: path.write_bytes(b"x"),
            lambda path: path.write_bytes(bytes(SIZE - 1)),
            lambda path: path.write_bytes(random.Random(1).randbytes(SIZE)),
            lambda path: path.write_bytes(random.Random(2).randbytes(100_000)),
            lambda path: path.write_bytes(b"\xff" * 5000),
            lambda path: path.write_text("[limits]\n" * 10_000),
            holes,
        ],
        ids=["empty", "one byte", "one byte less", "random", "random and long", "short", "text", "1 GiB"],
    )
    def test_it_is_replaced(self, clock, started, tmp_path, write):
        write(tmp_path / "limits.bin")
        limits = started()
        assert (tmp_path / "limits.bin").stat().st_size == SIZE
        assert allowed(limits, count=2) == [True, False]
        assert allowed(started()) == [False]
        assert limits.problem is None

    @pytest.mark.parametrize("seed", range(20))
    def test_made_up_with_right_checksums(self, clock, started, tmp_path, seed):
        """It can keep us from reporting, as who can write there always can, but not for longer than the window."""
        (tmp_path / "limits.bin").write_bytes(made_up(seed))
        limits = started()
        for name in "abc" * 3:
            taken = limits.take(name)
            assert 0 <= taken.left_out <= taken.left_out_in_all + SLOTS * 2**63
        clock.go_on(HOUR)
        assert [limits.take(name).allowed for name in "abc"] == [True] * 3
        assert [started().take(name).allowed for name in "abc"] == [False] * 3

    def test_a_slot_of_the_future_is_gone_for_good(self, clock, started, tmp_path):
        """It would count when its time comes, long after it was seen to be wrong."""
        clock.up, clock.wall = 5000, 1_000_000
        digest = _limits.blake2b(b"a", digest_size=16).digest()
        header = struct.pack("<8sqqQ28x", b"wer lim\x01", 995_000_000, 5_000_000, 0)
        slot = struct.pack("<16sqqQB19x", digest, 995_000_000, 5_000_000 + 10 * HOUR * 1000, 0, 1)
        (tmp_path / "limits.bin").write_bytes(whole(header) + bytes(64) + whole(slot))
        assert started().take("b").allowed
        clock.go_on(10 * HOUR + 1)
        assert allowed(started()) == [True]

    def test_while_it_is_open(self, clock, started, tmp_path):
        limits = started()
        assert allowed(limits) == [True]
        for write in (
            lambda file: file.truncate(0),
            lambda file: file.truncate(100),
            lambda file: file.write(random.Random(1).randbytes(SIZE)),
            lambda file: file.truncate(1 << 20),
        ):
            with open(tmp_path / "limits.bin", "r+b") as file:
                write(file)
            limits.take("b")
            assert allowed(limits, "b") == [False]
        assert limits.problem is None

    @pytest.mark.parametrize(
        "kind", ["a folder", "a folder in the way", "read-only", "a hard link", "a link", "a long path"]
    )
    def test_it_cannot_be_used(self, clock, started, tmp_path, monkeypatch, kind):
        """Then this process counts for itself, nothing is written anywhere, and it says so."""
        folder, target = tmp_path / "wer", tmp_path / "target"
        target.write_bytes(b"precious")
        path = folder / "limits.bin"
        if kind == "a folder in the way":
            folder.write_text("x")
        elif kind == "a long path":
            folder = tmp_path / "/".join(["x" * 50] * 6)
        else:
            folder.mkdir()
        if kind == "a folder":
            path.mkdir()
        elif kind == "read-only":
            path.write_bytes(b"")
            path.chmod(0o400)

            def refuse(path):  # root may write all the same, under Wine, too
                raise PermissionError(13, "denied", path)

            monkeypatch.setattr(_native, "shared_file", refuse)
        elif kind == "a hard link":
            os.link(target, path)
        elif kind == "a link":
            if sys.platform == "win32":
                pytest.skip("tests/windows/test_files.py: Wine has no links, Windows has them for administrators")
            path.symlink_to(target)
        limits = started(folder=folder)
        assert limits.problem.startswith(f"{os.path.join(folder, 'limits.bin')} cannot be used: ")
        assert limits.take("a") == (True, 0, 0)
        assert limits.take("a") == (False, 1, 1)
        assert [limits.take(str(number)).allowed for number in range(10)] == [True] * 9 + [False]
        clock.go_on(HOUR)
        assert limits.take("a") == (True, 1, 1), "since the last that was allowed in all: two are told already"
        assert target.read_bytes() == b"precious"
        assert "cannot be used" in limits.problem

    def test_it_can_be_used_again(self, clock, started, tmp_path, monkeypatch):
        """What was counted meanwhile is entered, and nothing is told twice."""
        path = tmp_path / "wer" / "limits.bin"
        path.mkdir(parents=True)
        limits = started(folder=tmp_path / "wer")
        assert [limits.take(name) for name in "aab"] == [(True, 0, 0), (False, 1, 1), (True, 0, 1)]
        assert limits.take("b") == (False, 1, 1)
        path.rmdir()
        assert limits.take("b") == (False, 2, 2)
        assert not path.exists(), "it is not opened at once"
        limits._not_before = 0
        assert limits.take("b") == (False, 3, 3)
        assert limits.problem is None
        other = started(folder=tmp_path / "wer")
        assert [other.take(name).allowed for name in "abc"] == [False, False, True]
        clock.go_on(HOUR)
        assert other.take("b") == (True, 4, 0)
        assert other.take("a") == (True, 2, 0)

    def test_the_file_is_not_opened_in_take(self, clock, started, monkeypatch):
        limits = started()
        for name in ("shared_file", "private_folder", "private_file"):
            monkeypatch.setattr(_native, name, None)
        monkeypatch.setattr(os, "open", None)
        assert allowed(limits, count=2) == [True, False]
        assert limits.problem is None

    def test_its_descriptor_is_another_files(self, clock, started, tmp_path):
        """A program closes all descriptors, and opens others."""
        limits = started()
        assert allowed(limits) == [True]
        number = limits._file
        os.close(number)
        other = os.open(tmp_path / "precious", os.O_RDWR | os.O_CREAT)
        if other != number:
            os.dup2(other, number)
            os.close(other)
        assert allowed(limits) == [False], "as it was last seen"
        assert allowed(limits, "b", 2) == [True, False]
        assert "another file" in limits.problem
        assert (tmp_path / "precious").stat().st_size == 0
        os.close(number)  # which is still open
        limits._not_before = 0
        assert allowed(limits, "c") == [True]
        assert limits.problem is None
        assert [started().take(name).allowed for name in "abc"] == [False] * 3

    def test_its_descriptor_is_closed(self, clock, started):
        limits = started()
        os.close(limits._file)
        assert allowed(limits, count=2) == [True, False]
        assert "cannot be used" in limits.problem

    @pytest.mark.parametrize("function", ["read", "write", "lseek"])
    def test_the_disk_fails(self, clock, started, monkeypatch, function):
        limits = started()
        assert allowed(limits) == [True]
        with monkeypatch.context() as patch:

            def fail(*arguments):
                raise OSError(5, "Input/output error")

            patch.setattr(os, function, fail)
            assert allowed(limits) == [False]
            assert allowed(limits, "b", 2) == [True, False]
            assert "Input/output error" in limits.problem
        limits._not_before = 0
        assert allowed(limits, "c", 2) == [True, False]
        assert allowed(started(), "b") == [False]

    @pytest.mark.parametrize("function", ["_lock_file", "_unlock_file"])
    def test_its_lock_fails(self, clock, started, monkeypatch, function):
        """For another reason than that somebody has it."""
        limits = started()
        with monkeypatch.context() as patch:

            def fail(file):
                raise OSError(5, "Input/output error")

            patch.setattr(_limits, function, fail)
            assert allowed(limits, count=2) == [True, False]
            assert "Input/output error" in limits.problem
        limits._not_before = 0
        assert allowed(limits, "c", 2) == [True, False]
        assert limits.problem is None
        assert [started().take(name).allowed for name in "ac"] == [False, False]

    def test_the_disk_is_full(self, clock, started, monkeypatch):
        limits = started()
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", lambda file, data: 0)
            assert allowed(limits, count=2) == [True, False]
            assert "the disk is full" in limits.problem

    def test_closed(self, started, clock):
        limits = started()
        assert allowed(limits) == [True]
        limits.close()
        limits.close()
        clock.go_on(120)
        assert allowed(limits) == [False]
        assert allowed(limits, "b", 2) == [True, False]
        assert "it is closed" in limits.problem

    def test_it_closes_its_file(self, tmp_path):
        def descriptors():
            file = os.open(tmp_path / "next", os.O_RDWR | os.O_CREAT)
            os.close(file)
            return file

        before = descriptors()
        for _ in range(10):
            Limits(folder=tmp_path)
        gc.collect()
        assert descriptors() == before


LOCKER = """
import sys
import wer.testing
from wer import _native
from wer.service import _limits
if sys.platform != "win32":
    wer.testing.FakeWer().__enter__()
file = _native.shared_file(sys.argv[1])
_limits._lock_file(file)
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def locked(tmp_path):
    """Another process has the lock of the file."""
    process = subprocess.Popen(
        [PYTHON, "-c", LOCKER, str(tmp_path / "limits.bin")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=WITH_WER,
    )
    try:
        assert process.stdout.readline() == "locked\n"
        yield process
    finally:
        process.kill()
        process.communicate()


class TestLock:
    def test_somebody_keeps_it(self, started, tmp_path, locked):
        """It is waited for once, and what is counted meanwhile is entered afterwards."""
        began = time.monotonic()
        limits = started()
        assert 0.1 <= time.monotonic() - began < 5
        assert limits.problem.endswith("limits.bin is locked by another process")
        limits._not_before = 0
        began = time.monotonic()
        assert limits.take("a") == (True, 0, 0)
        assert 0.1 <= time.monotonic() - began < 5
        began = time.monotonic()
        assert [limits.take("a").allowed for _ in range(10)] == [False] * 10
        assert time.monotonic() - began < 5
        locked.kill()  # and the lock is free
        locked.wait()
        limits._not_before = 0
        assert limits.take("a") == (False, 11, 11)
        assert limits.problem is None
        assert started().take("a") == (False, 12, 12)

    def test_the_file_is_read_all_the_same(self, started, tmp_path):
        """So one that cannot wait does not begin anew."""
        one, other = started(), started()
        assert allowed(one) == [True]
        _limits._lock_file(one._file)
        assert allowed(other) == [False]
        assert allowed(other, "b") == [True]
        _limits._unlock_file(one._file)
        assert allowed(one, "b") == [True], "which the other could not enter"
        other._not_before = 0
        assert allowed(other, "c") == [True]
        assert allowed(one, "c") == [False]

    def test_threads(self, started, monkeypatch):
        monkeypatch.setattr(_limits, "_PATIENCE", PATIENCE)
        monkeypatch.setattr(_limits, "_TURN", PATIENCE)
        processes = [started(2, 40) for _ in range(2)]
        barrier = threading.Barrier(20)

        def take(number):
            barrier.wait()
            return [processes[number % 2].take(f"{number % 10 + 10 * count}").allowed for count in range(10)]

        with ThreadPoolExecutor(20) as pool:
            assert sum(map(sum, pool.map(take, range(20)))) == 40
        assert processes[0].take("x") == (False, 1, 161)

    def test_a_thread_that_does_not_get_its_turn(self, started, monkeypatch):
        """Because another is kept by the disk. It is left out, and counted."""
        monkeypatch.setattr(_limits, "_TURN", 0.05)
        limits = started()
        with ThreadPoolExecutor() as pool, limits._turn:
            assert pool.submit(limits.take, "a").result(PATIENCE) == (False, 1, 1)
            assert pool.submit(limits.take, "a").result(PATIENCE) == (False, 1, 1)
        assert limits.take("a") == (True, 2, 2)

    def test_inside_itself(self, started, monkeypatch):
        """Garbage is collected in the middle, and an exception in __del__ reaches the hook of the same thread."""
        limits = started()
        uptime = _native.uptime
        inner = []

        def with_garbage():
            if not inner:
                inner.append(limits.take("b"))
            return uptime()

        monkeypatch.setattr(_native, "uptime", with_garbage)
        assert limits.take("a") == (True, 0, 1)
        assert inner == [(False, 1, 1)]
        assert limits.take("b") == (True, 1, 0)


TAKER = """
import os, sys
import wer.testing
from wer.service import Limits, _limits
if sys.platform != "win32":
    wer.testing.FakeWer().__enter__()
_limits._PATIENCE = 60  # a slow machine is not the subject here
folder, total, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
limits = Limits(2, total, folder=folder)
counted = os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
print("ready", flush=True)
sys.stdin.readline()
number = refused = 0
while refused < 50:
    if limits.take(f"{name} {number // 3}").allowed:
        os.write(counted, b"x")
    else:
        refused += number % 3 != 2
    number += 1
if limits.problem:
    print(limits.problem)
    sys.exit(1)
print("done", flush=True)
if sys.argv[4:]:
    while True:  # until it is killed
        limits.take(f"{name} {number}")
        number += 1
"""


class TestProcesses:
    @pytest.fixture
    def take(self, tmp_path):
        """Start processes that take as fast as they can."""
        processes = []

        def take(count, total, *more):
            new = [
                subprocess.Popen(
                    [PYTHON, "-c", TAKER, str(tmp_path), str(total), f"{len(processes) + number}.allowed", *more],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    env=WITH_WER,
                )
                for number in range(count)
            ]
            processes.extend(new)
            for process in new:
                assert process.stdout.readline() == "ready\n"
            for process in new:
                process.stdin.write("go\n")
                process.stdin.flush()
            return new

        yield take
        for process in processes:
            process.kill()
            process.communicate()

    @staticmethod
    def allowed(folder):
        return sum(path.stat().st_size for path in folder.glob("*.allowed"))

    def test_at_once(self, take, tmp_path):
        for process in take(4, 100):
            output, _ = process.communicate(timeout=PATIENCE)
            assert (process.returncode, output) == (0, "done\n")
        assert self.allowed(tmp_path) == 100

    @once("3.12")
    def test_killed_at_any_moment(self, take, tmp_path, started):
        """One by one, while they take. Each may take one with it that it did not come to count."""
        total, killed = 256, 0
        choose = random.Random(5)
        for _ in range(4):
            for process in take(3, total, "for ever"):
                time.sleep(choose.random() * 0.15)
                process.kill()
                process.wait(PATIENCE)
                killed += 1
        data = (tmp_path / "limits.bin").read_bytes()
        blocks = [data[start : start + 64] for start in range(0, SIZE, 64)]
        assert all(block == bytes(64) or whole(block) == block for block in blocks)
        limits = started(2, total)
        _limits._PATIENCE, patience = PATIENCE, _limits._PATIENCE
        rest = sum(limits.take(f"rest {number}").allowed for number in range(total))
        _limits._PATIENCE = patience
        assert limits.problem is None
        assert total - killed <= self.allowed(tmp_path) + rest <= total

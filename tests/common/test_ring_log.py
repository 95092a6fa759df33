"""`wer.service.RingLog`: what a reader finds in its memory, whenever the process stopped."""

import logging
import mmap
import random
import struct
import threading

import pytest

from wer.service import RingLog, RingLogHandler, _ring_log, read_ring_log

LEAST = 1024
START = _ring_log._START


def filled(*texts, size=LEAST):
    ring = RingLog(size)
    for text in texts:
        ring.write(text)
    return ring


def test_what_was_written_is_read():
    ring = filled("first", "", "zweite Zeile\nmit Umbruch", "€ 😀")
    assert ring.records() == read_ring_log(ring.buffer) == ["first", "", "zweite Zeile\nmit Umbruch", "€ 😀"]
    assert len(ring.buffer) == LEAST
    assert repr(ring) == "<wer.service.RingLog, 1024 bytes, 4 records so far>"


def test_a_new_one_is_empty():
    assert RingLog().records() == []
    assert len(RingLog().buffer) == 65536, "the most that WER takes"


@pytest.mark.parametrize("size", [LEAST, LEAST + 1, 4096, 65535, 65536])
def test_the_newest_stay(size):
    """As many as there is room for: 20 bytes around each text."""
    randomly = random.Random(size)  # noqa: S311
    ring, expected = RingLog(size), []
    for number in range(2000):
        expected.append(f"{number} " + randomly.choice("aä€😀") * randomly.randrange(55))
        ring.write(expected[-1])
        if number % 97 == 0 or number > 1980:
            found = ring.records()
            assert found == expected[-len(found) :]
            one_more = expected[-len(found) - 1 :]
            assert ring._written < size or sum(20 + len(text.encode()) for text in one_more) > size - START
    assert len(found) > 5


@pytest.mark.parametrize("left", range(1, 60))
def test_a_process_may_stop_anywhere(left):
    """After each byte that a write has changed: the new record is there or not, and no other is lost without need."""
    ring, room = RingLog(LEAST), LEAST - START
    for number in range(100):
        ring.write(f"record {number} {'x' * (number * 7 % 40)}")
    gap = (room - left - ring._written) % room or room
    while gap:  # so many bytes are left at the end of the memory, and the new record goes on at its start
        size = gap if 20 <= gap <= 100 else 40
        ring.write("f" * (size - 20))
        gap = (gap - size) % room
    assert (room - ring._written) % room == left
    before, old = bytes(ring.buffer), ring.records()
    start = START + ring._written % (LEAST - START)
    ring.write("y" * 70)
    after, new = bytes(ring.buffer), ring.records()
    assert new[-1] == "y" * 70
    order = [*range(start, LEAST), *range(START, start), *range(START)]  # as it writes
    changed = [index for index in order if before[index] != after[index]]
    memory = bytearray(before)
    seen = set()
    for index in changed:
        found = read_ring_log(memory)
        assert found in ([*old[k:]] for k in range(6))
        assert len(found) >= len(new) - 1  # all that the new one does not overwrite
        seen.add(len(found))
        memory[index] = after[index]
    assert read_ring_log(memory) == new
    assert len(seen) > 1, "it has seen some go"


def test_a_long_text_is_cut_and_says_so():
    ring = filled("€" * 1000, "the next")
    long, after = ring.records()
    assert long.endswith("€ [cut]")
    assert 200 < len(long.encode()) <= (LEAST - START) // 4
    assert after == "the next"


def test_lone_surrogates_are_written_as_escapes():
    assert filled("a\ud800b").records() == ["a\\ud800b"]


@pytest.mark.parametrize("size", [LEAST - 1, 65537, -1, 1 << 70])
def test_sizes(size):
    with pytest.raises(ValueError, match="size must be 1024 to 65536, got"):
        RingLog(size)
    with pytest.raises(TypeError, match="size must be an int, got float"):
        RingLog(float(2048))


class TestFinding:
    def test_among_all_kinds_of_memory(self):
        ring = filled("here")
        decoys = [
            _ring_log._MAGIC,  # as Python has it
            bytes(ring.buffer[:40]),
            bytes(ring.buffer).replace(struct.pack("<I", LEAST - START), struct.pack("<I", 1 << 31)),
            bytes(ring.buffer[:16]) + struct.pack("<I", 2) + bytes(ring.buffer[20:]),
        ]
        memory = b"?" * 1001 + b"?".join(decoys) + bytes(ring.buffer) + _ring_log._MAGIC
        assert read_ring_log(memory) == ["here"]
        for data in (b"", b"?" * 5000, *decoys, b"".join(decoys[:3]), bytes(ring.buffer[:-1])):
            with pytest.raises(ValueError, match="no ring log"):
                read_ring_log(data)

    def test_of_several_the_one_that_was_made_last(self, monkeypatch):
        """Memory that was given back may still have an older one, and copies of heads."""
        monkeypatch.setattr(_ring_log, "time_ns", iter(range(1, 9)).__next__)
        old, new = filled("old", "old"), filled("new")
        head = bytes(new.buffer[:START])
        for memory in ((old, new), (new, old)):
            logs = b"".join(bytes(ring.buffer) for ring in memory)
            assert read_ring_log(logs) == ["new"]
            assert read_ring_log(head + b"?" * 2000 + logs) == ["new"]

    def test_one_that_is_gone_is_not_found(self):
        ring = filled("gone")
        memory = ring.buffer
        del ring
        with pytest.raises(ValueError, match="no ring log"):
            read_ring_log(memory)

    def test_in_a_mapped_file(self, tmp_path):
        path = tmp_path / "a.dmp"
        ring = filled("mapped")
        path.write_bytes(b"?" * 5000 + ring.buffer)
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            assert read_ring_log(data) == ["mapped"]

    @pytest.mark.parametrize("seed", range(20))
    def test_damage_gives_no_wrong_text(self, seed):
        randomly = random.Random(seed)  # noqa: S311
        texts = [f"record {number}" for number in range(30)]
        ring = filled(*texts)
        memory = ring.buffer
        for _ in range(randomly.randrange(1, 20)):
            memory[randomly.randrange(36, LEAST)] = randomly.randrange(256)
        try:
            found = read_ring_log(memory)
        except ValueError:
            found = []
        assert "\n".join(found) in "\n".join(texts)


class TestTogether:
    def test_threads(self):
        ring = RingLog()

        def write(name):
            for number in range(500):
                ring.write(f"{name} {number}")

        threads = [threading.Thread(target=write, args=(name,)) for name in "abcdefgh"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = ring.records()
        assert len(found) > 1000
        for name in "abcdefgh":
            numbers = [int(text.split()[1]) for text in found if text.startswith(name)]
            assert numbers == list(range(500 - len(numbers), 500))
        assert ring._number == 4000

    def test_a_write_in_the_middle_of_a_write(self, monkeypatch):
        """As by a signal's handler: it cannot wait, and what is lost is told."""
        ring = RingLog()
        inside = []

        def crc32(*arguments):
            if not inside:
                inside.append(1)
                ring.write("lost")
                ring.write("lost")
            return real(*arguments)

        real = _ring_log.crc32
        monkeypatch.setattr(_ring_log, "crc32", crc32)
        ring.write("outer")
        ring.write("next")
        assert ring.records() == ["outer", "[2 records that came while one was written are missing]", "next"]

    def test_memory_that_is_registered_can_be_written(self):
        ring = filled("a")
        with memoryview(ring.buffer):
            ring.write("b")
        assert ring.records() == ["a", "b"]


class TestHandler:
    def test_it_writes_what_is_formatted(self):
        ring = RingLog()
        logger = logging.Logger("spooler")
        handler = RingLogHandler(ring, logging.INFO)
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        logger.addHandler(handler)
        logger.debug("unseen")
        logger.info("job %d", 3)
        try:
            raise LookupError("no such job")
        except LookupError:
            logger.exception("failed")
        first, second = ring.records()
        assert first == "INFO spooler: job 3"
        assert second.startswith("ERROR spooler: failed\nTraceback (most recent call last):\n")
        assert second.endswith("LookupError: no such job")

    def test_a_record_that_cannot_be_formatted_is_logging_s_business(self, monkeypatch, capsys):
        monkeypatch.setattr(logging, "raiseExceptions", True)
        ring = RingLog()
        logger = logging.Logger("spooler")
        logger.addHandler(RingLogHandler(ring))
        logger.info("%d", "x")
        assert "--- Logging error ---" in capsys.readouterr().err
        assert ring.records() == []

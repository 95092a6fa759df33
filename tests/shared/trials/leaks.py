"""What is done again and again, failed or not, leaves no handle, object of WER's, block of Python's or other memory."""

import array
import contextlib
import gc
import itertools
import statistics
import sys
import tempfile
from pathlib import Path

from child import Renewed, serve

import trials

UNIT = "cycles"
PYTHONS = ("windows",)
SHORT = 8

# Cycles in a part, by what they cost, and parts in a case.
CYCLES = {
    "create": 40,
    "dump": 1,
    "fail": 40,
    "iterate": 20,
    "template": 20,
    "register": 40,
    "snapshot": 1,
    "hooks": 10,
}
KINDS = list(CYCLES)
PARTS = 7
# What fills up once (Python's caches, the heaps' own tables) does so in the first parts, or in steps. So of the blocks
# and of the heaps the median of all later parts counts, which is 0 or less unless every other part leaves some. Private
# memory comes and goes by whole pages: of this it is all that the later parts have added.
FIRST = 3
MOST_BYTES = 256 * 1024  # once and for all
MOST_BYTES_PER_CYCLE = 4
SAMPLE = 4  # open handles, blocks of Python's, bytes of the heaps, private bytes


@contextlib.contextmanager
def place(folder):
    trials.needs_stand_in()
    with Renewed(__file__, folder) as process:
        yield process


def case(process, number):
    """Each kind in turn."""
    return process.ask({"kind": KINDS[number % len(KINDS)]})


def finish(process):
    """What is seen over all parts of a kind."""
    for kind, cases in process.ask({"kind": "samples"}).items():
        check(kind, cases)


def check(kind, cases):
    """Of each case, the samples that were taken after each part."""
    cases = [case[FIRST:] for case in cases]
    pairs = [pair for case in cases for pair in itertools.pairwise(case)]
    cycles = len(pairs) * CYCLES[kind]
    for case in cases:
        assert case[-1][0] <= case[0][0], f"{kind}: after each part, handles, blocks, bytes: {case}"
    for place, what in ((1, "blocks of Python's"), (2, "bytes of the heaps")):
        more = [after[place] - before[place] for before, after in pairs]
        assert statistics.median(more) <= 0, f"{kind}: more {what} after each part of {CYCLES[kind]}: {more}"
    private = [after[3] - before[3] for before, after in pairs]
    most = MOST_BYTES + cycles * MOST_BYTES_PER_CYCLE
    assert sum(private) <= most, f"{kind}: {sum(private)} private bytes more after {cycles} cycles: {private}"


# ---- in the child ----


class Cycles:
    """Goes through them, and counts what there is after each part."""

    def __init__(self, folder):
        from places import OnStandIn

        import wer.service

        self.wer = wer
        self.place = OnStandIn(folder)
        self.folder = wer.service.Folder(tempfile.mkdtemp(dir=folder))
        self.samples = {kind: [] for kind in KINDS}
        gc.collect()
        gc.freeze()

    def answer(self, question):
        from faults import heap_bytes, private_bytes

        kind = question["kind"]
        if kind == "samples":
            return {
                kind: [list(zip(*[iter(samples)] * SAMPLE, strict=True)) for samples in cases]
                for kind, cases in self.samples.items()
                if cases
            }
        self.place.prepare()
        if kind == "dump":
            self.place.control("reset")  # WER makes them
        elif kind == "fail":
            self.place.control("fail WerReportAddFile * 0x80004005")
        cycle = getattr(self, kind)
        samples = array.array("q", bytes(8 * SAMPLE * PARTS))  # into which they go without a block of Python's
        self.samples[kind].append(samples)
        for part in range(PARTS):
            for _ in range(CYCLES[kind]):
                cycle()
            gc.collect()
            samples[SAMPLE * part] = len(self.place.handles())
            samples[SAMPLE * part + 1] = sys.getallocatedblocks()
            samples[SAMPLE * part + 2] = heap_bytes()
            samples[SAMPLE * part + 3] = private_bytes()
        self.place.settle()
        left = self.place.left()
        assert not left, left
        return PARTS * CYCLES[kind]

    def create(self):
        with self.wer.Report("WerTests.Leaks") as report:
            report.set_parameter(0, "value")
            report.set_ui_option(self.wer.ReportUI.CLOSE_TEXT, "text")
            report.add_file(self.place.world.file)
            report.add_dump(pid=self.place.world.pid)

    dump = create

    def fail(self):
        try:
            self.create()
        except self.wer.WerError:
            return
        raise AssertionError("it was to fail")

    def iterate(self):
        with self.wer.Store(self.place.world.store) as reports:
            assert len(list(reports)) == 1

    def template(self):
        template = self.wer.ReportTemplate("WerTests.Leaks", consent=self.wer.Consent.NOT_ASKED)
        template.set_parameter(0, "value")
        template.add_file(self.place.world.file)
        self.wer.install_crash_handler(template, fast_fail=True).uninstall()

    def register(self):
        from operations import REGISTERED

        for register in REGISTERED.values():
            register(self.place.world).unregister()

    def snapshot(self):
        with self.wer.ProcessSnapshot(self.place.world.process):
            pass

    def hooks(self):
        reporter = self.wer.service.Reporter(
            "WerTests", consent=self.wer.Consent.NOT_ASKED, limits=None, folder=self.folder
        )
        self.wer.service.Hooks(reporter).install().uninstall()
        reporter.close()
        reporter._background._thread.join()


if __name__ == "__main__":
    serve(Cycles(Path(sys.argv[1])).answer)

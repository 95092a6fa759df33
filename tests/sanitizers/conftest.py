"""The extension itself, on Linux, under a sanitizer: see the head of tools/sanitize.py."""

import gc
import threading

import fakewindows
import pytest
from fakewindows import FINISHED, FIRST_OTHER, WORKER, WORKER_TID, process
from refusals import World

import wer


@pytest.fixture
def worker():
    return process(WORKER, WORKER_TID)


@pytest.fixture
def world(worker):
    finished = process(FINISHED)
    fakewindows.dll.fake_end_process(FINISHED, 0)
    others = [process(FIRST_OTHER + 4 * number) for number in range(5)]
    return World(worker, WORKER, WORKER_TID, finished, lambda number: others[:number], fakewindows.inside)


@pytest.fixture(scope="session", autouse=True)
def _what_stays():
    """The thread that files reports is made with the first template, and is there to the end."""
    wer.ReportTemplate("WerTests.First", consent=wer.Consent.NOT_ASKED)


@pytest.fixture(autouse=True)
def _nothing_is_left(_what_stays, world):
    """No test may leave anything open."""
    threads = set(threading.enumerate())
    before = fakewindows.still_open()
    yield
    fakewindows.forget()
    for thread in set(threading.enumerate()) - threads:
        thread.join(fakewindows.PATIENCE)
    gc.collect()
    assert fakewindows.still_open() == before

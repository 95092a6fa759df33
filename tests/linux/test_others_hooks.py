"""`wer.enable` beside what else people install that looks at exceptions: in any order, everybody sees them.

Each program runs in a process of its own, with a fake in WER's place.
"""

import subprocess
import sys

import pytest

START = """
import atexit, sys, threading
import wer.testing
from wer.service import Folder

fake = wer.testing.FakeWer().__enter__()
# The first to be registered is the last to run.
atexit.register(lambda: print("reports:", len(fake.called("WerReportSubmit"))))

def enable():
    global service
    service = wer.enable("WerTests", consent=wer.Consent.NOT_ASKED, folder=sys.argv[1], limits=None)
"""
OTHERS = {
    "sentry-sdk": """
import sentry_sdk, sentry_sdk.transport
class Transport(sentry_sdk.transport.Transport):
    def capture_envelope(self, envelope):
        for item in envelope.items:
            if item.type == "event":
                print("others:", item.payload.json["exception"]["values"][0]["type"])
def other():
    sentry_sdk.init("http://key@localhost/1", transport=Transport)
""",
    "rich": """
import rich.traceback
def other():
    rich.traceback.install()
    print("others: ZeroDivisionError")
""",
    "loguru": """
import loguru
def other():
    loguru.logger.add(lambda message: print("others:", message.record["exception"].type.__name__))
    global fail
    fail = loguru.logger.catch(reraise=True)(fail)
""",
    "faulthandler": """
import faulthandler
def other():
    faulthandler.enable()
    print("others: ZeroDivisionError")
""",
    "a hook that calls the one before": """
def other():
    before = sys.excepthook
    def hook(*error):
        print("others:", error[0].__name__)
        before(*error)
    sys.excepthook = hook
    thread_before = threading.excepthook
    def thread_hook(args):
        print("others:", args.exc_type.__name__)
        thread_before(args)
    threading.excepthook = thread_hook
""",
}
FAIL = """
def fail():
    1 / 0
"""
WAYS = {
    "main": "fail()",
    "thread": "thread = threading.Thread(target=fail)\nthread.start()\nthread.join()",
}


@pytest.fixture
def run(tmp_path):
    def run(code):
        return subprocess.run(
            [sys.executable, "-c", START + FAIL + code, str(tmp_path / "own")],
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("order", ["enable()\nother()\n", "other()\nenable()\n"], ids=["after wer", "before wer"])
@pytest.mark.parametrize("other", OTHERS)
def test_everybody_sees_it(run, other, order, way):
    done = run(OTHERS[other] + order + WAYS[way])
    assert "ZeroDivisionError" in done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == "reports: 1", done.stderr
    assert "others: ZeroDivisionError" in lines, done.stderr
    assert "Error in sys.excepthook" not in done.stderr

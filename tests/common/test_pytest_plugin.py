"""The fixture `fake_wer`, in pytests of their own."""

import pytest
from once import once

pytestmark = once("3.11")

pytest_plugins = ["pytester"]

PROGRAM = """
import pytest
import wer


def stuck(event="Spooler.Stuck"):
    with wer.Report(event) as report:
        report.set_parameter(0, "4.2.1")
        report.submit(wer.Consent.NOT_ASKED)
"""


@pytest.fixture
def run(pytester):
    """Run a test module that knows `PROGRAM`: its outcomes, and what pytest has printed."""

    def run(text, *options):
        pytester.makepyfile(PROGRAM + text)
        result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "--strict-markers", "-Werror", *options)
        return result.parseoutcomes(), result.stdout.str()

    return run


def test_a_test_that_looks_passes(run):
    outcomes, _ = run(
        """
def test_submitted(fake_wer):
    stuck()
    [report] = fake_wer.submitted
    assert (report.event_type, report.parameters[0]) == ("Spooler.Stuck", "4.2.1")


def test_called(fake_wer):
    stuck()
    assert len(fake_wer.called("WerReportSubmit")) == 1


def test_nothing_is_left_of_the_one_before(fake_wer):
    assert fake_wer.calls == []
    assert fake_wer.submitted == []
"""
    )
    assert outcomes == {"passed": 3}


def test_a_test_that_does_not_look_fails_and_says_what_was_reported(run):
    outcomes, text = run(
        """
def test_it(fake_wer):
    stuck()
    assert fake_wer.submitted
    stuck("Spooler.Late")
    stuck("Spooler.Later")
"""
    )
    assert outcomes == {"failed": 1}
    assert "2 reports were submitted the test has not looked at" in text
    assert "Spooler.Late, P0 '4.2.1'" in text
    assert "Spooler.Later, P0 '4.2.1'" in text
    assert "Spooler.Stuck" not in text
    assert "@pytest.mark.wer(reports=...)" in text


def test_a_report_at_the_end_of_another_fixture_fails_it_too(run):
    outcomes, text = run(
        """
@pytest.fixture
def service(fake_wer):
    yield
    stuck("Spooler.AtTheEnd")


def test_it(service):
    pass
"""
    )
    assert outcomes == {"passed": 1, "errors": 1}
    assert "Spooler.AtTheEnd" in text


FAILING = {
    "fails": """
def test_it(fake_wer, late):
    stuck()
    raise RuntimeError("the reason")
""",
    "is a unittest": """
import unittest


@pytest.mark.usefixtures("fake_wer", "late")
class TestIt(unittest.TestCase):
    def test_it(self):
        stuck()
        self.fail("the reason")
""",
    "cannot be set up": """
@pytest.fixture
def other(fake_wer):
    stuck()
    raise RuntimeError("the reason")


def test_it(other, late):
    pass
""",
    "has not looked": """
def test_it(fake_wer, late):
    stuck("the reason")
""",
}


@pytest.mark.parametrize("kind", FAILING)
def test_a_test_that_fails_does_so_once(run, kind):
    late = """
@pytest.fixture
def late(fake_wer):
    yield
    stuck("Spooler.Late")

"""
    outcomes, output = run(late + FAILING[kind])
    assert outcomes == {"errors" if kind == "cannot be set up" else "failed": 1}
    assert "the reason" in output
    assert ("not looked at" in output) == (kind == "has not looked")


def test_the_mark(run):
    outcomes, text = run(
        """
@pytest.mark.wer(reports=2)
def test_two():
    pass


@pytest.mark.wer(reports=2)
def test_two_of_two(fake_wer):
    stuck(), stuck()


@pytest.mark.wer(reports=2)
def test_two_of_one(fake_wer):
    stuck()
    assert fake_wer.submitted


@pytest.mark.wer(reports=0)
def test_none_of_one(fake_wer):
    stuck()
    assert fake_wer.submitted


@pytest.mark.wer(strict=False)
class TestAll:
    def test_it(self, fake_wer):
        stuck()

    @pytest.mark.wer
    def test_the_nearest_mark_counts(self, fake_wer):
        stuck()


@pytest.mark.wer(report=1)
def test_a_slip(fake_wer):
    pass


@pytest.mark.xfail(strict=True)
def test_known(fake_wer):
    stuck()
"""
    )
    assert outcomes == {"passed": 3, "failed": 4, "xfailed": 1}
    assert "1 report was submitted where 2 were expected\n    Spooler.Stuck" in text
    assert "1 report was submitted where 0 were expected" in text
    assert "got an unexpected keyword argument 'report'" in text


def test_other_ways_to_take_it(run):
    outcomes, _ = run(
        """
import unittest


@pytest.mark.usefixtures("fake_wer")
class TestIt(unittest.TestCase):
    def test_fails(self):
        stuck()


@pytest.mark.usefixtures("fake_wer")
def test_fails():
    stuck()


def test_fails_too(request):
    request.getfixturevalue("fake_wer")
    stuck()
"""
    )
    assert outcomes == {"failed": 3}


def test_wer_is_not_imported_before_a_test_takes_the_fixture(pytester):
    pytester.makepyfile(
        """
import sys


def imported():
    return [name for name in sys.modules if name.partition(".")[0] == "wer"]


def test_without():
    assert "_wer_pytest" in sys.modules
    assert imported() == []


def test_with(fake_wer):
    import wer
    wer.Report("X").submit(1)
    assert fake_wer.submitted[0].event_type == "X"
    assert imported() != []
"""
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-Werror")
    assert result.parseoutcomes() == {"passed": 2}


def test_it_can_be_turned_off(pytester):
    pytester.makepyfile(
        "import sys\ndef test_it():\n    assert '_wer_pytest' not in sys.modules\ndef test_with(fake_wer):\n    pass"
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:wer")
    assert result.parseoutcomes() == {"passed": 1, "errors": 1}
    result.stdout.fnmatch_lines(["*fixture 'fake_wer' not found*"])


def test_wer_may_be_there_before_pytest(pytester):
    """As where sitecustomize imports it."""
    test = pytester.makepyfile("def test_it(fake_wer):\n    assert fake_wer.submitted == []")
    options = ["-Werror", "-p", "no:cacheprovider", str(test)]
    result = pytester.runpython_c(f"import wer.testing, pytest; raise SystemExit(pytest.main({options}))")
    assert result.parseoutcomes() == {"passed": 1}

"""The fixture `fake_wer` for pytest. It stands outside of `wer`, whose modules a test run then imports only if a test
takes the fixture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import Any

    from wer.testing import FakeWer

_FAKE = pytest.StashKey["FakeWer"]()
_PASSED = pytest.StashKey[bool]()


@pytest.fixture
def fake_wer(request: pytest.FixtureRequest) -> Iterator[FakeWer]:
    """A `wer.testing.FakeWer` in place of Windows Error Reporting; a report that the test does not look at fails it."""
    from wer.testing import FakeWer

    item = request.node
    with FakeWer() as fake:
        item.stash[_FAKE] = fake
        item.stash[_PASSED] = False
        yield fake
    if item.stash[_PASSED]:  # what has failed does not fail again
        _check(item)


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the mark."""
    config.addinivalue_line(
        "markers",
        "wer(reports=None, strict=True): what fixture fake_wer demands. reports: so many are submitted, and need not "
        "be looked at; strict=False: none need.",
    )


@pytest.hookimpl(trylast=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Fail the test itself, if it has come to its end, and not only its teardown."""
    if _FAKE in item.stash:
        _check(item)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Note whether the test has passed."""
    outcome = yield
    if _FAKE in item.stash and call.when == "call":
        item.stash[_PASSED] = outcome.get_result().passed


def _check(item: pytest.Item) -> None:
    mark = item.get_closest_marker("wer")
    reports, strict = _demanded(**mark.kwargs) if mark else (None, True)
    if not strict:
        return
    try:
        item.stash[_FAKE].check_reports(reports)
    except AssertionError as error:
        pytest.fail(f"{error}\n@pytest.mark.wer(reports=...) or (strict=False) asks for other things.", pytrace=False)


def _demanded(*, reports: int | None = None, strict: bool = True) -> tuple[int | None, bool]:
    """What the mark says; the signature refuses what it cannot say."""
    return reports, strict

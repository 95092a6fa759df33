"""What the tests share that run on Linux as well as on Windows."""

import pytest

from wer.testing import FakeWer


@pytest.fixture
def fake():
    """The fake of `wer.testing` in place of WER, until the test's end."""
    with FakeWer() as fake:
        yield fake

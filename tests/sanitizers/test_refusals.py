"""What is refused before WER is asked, by the extension itself."""

import fakewindows
import pytest
from refusals import REFUSALS, refused


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_it_is_refused(refusal, world):
    fakewindows.forget()
    refused(refusal, world)
    if refusal.function:
        assert refusal.function not in fakewindows.calls(), "it is refused before WER is asked"

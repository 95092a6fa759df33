"""Uses `wer` from Cython."""

from ._consumer import *  # noqa: F403

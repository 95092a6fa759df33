"""Which mutants of a module are decided next, and in which order."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any


def undecided(
    names: Iterable[str], decided: Mapping[str, Mapping[str, Any]], tests: str, most: int | None
) -> list[str]:
    """Those without a verdict, and those that other tests than these left alive: `most` of them, or all.

    They come in the order of a hash of their names, so that however many are decided, they are a sample of the whole
    module, and the same one each time.
    """
    left = [name for name in names if name not in decided or _left_alive_by_others(decided[name], tests)]
    return sorted(left, key=lambda name: hashlib.sha256(name.encode()).digest())[:most]


def _left_alive_by_others(told: Mapping[str, Any], tests: str) -> bool:
    return told["verdict"] in ("survived", "not reached") and told["tests"] != tests

"""What is read of files and texts that anybody may have written, for a fuzzer: a module for each reader.

Each has

    NAME = "Report.wer"             what it reads
    LONGEST = 16384                 bytes of an input that are worth trying
    seeds()                         inputs to begin with, which are real ones
    reader(folder)                  a context manager: what takes one input. Whatever it raises is a finding

`python -m fuzzed MODULE` has atheris look for inputs, by the lines of the package that they reach: see `__main__.py`.
What was worth keeping of those is in tests/data/corpus.
"""

import importlib
from pathlib import Path
from types import ModuleType

CORPUS = Path(__file__).parents[2] / "data" / "corpus"
NAMES = ("reports", "dumps", "limits", "commands")


def load(name: str) -> ModuleType:
    """The module of a reader."""
    return importlib.import_module(f"fuzzed.{name}")


def corpus(name: str) -> list[bytes]:
    """What is kept for a reader, and the seeds."""
    kept = [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]
    return [*kept, *load(name).seeds()]

"""Command lines, found by the lines of the code that they reach: each is parsed, or refused with a sentence and 2."""

from fuzzed import tried

UNIT = "command lines"
PYTHONS = ("linux",)
SHORT = 1

place = tried.place_of("commands")
case = tried.case

"""Dumps, found by the lines of the code that they reach: each is read, or refused with ValueError; none takes a second,
or 256 MiB.
"""

from fuzzed import tried

UNIT = "files"
PYTHONS = ("linux",)
SHORT = 1

place = tried.place_of("dumps")
case = tried.case

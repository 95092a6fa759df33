"""Report.wer files, found by the lines of the code that they reach: each is read, or refused with ValueError and the
line; none takes a second, or 256 MiB.
"""

from fuzzed import tried

UNIT = "files"
PYTHONS = ("linux",)
SHORT = 1

place = tried.place_of("reports")
case = tried.case

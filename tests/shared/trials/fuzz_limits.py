"""Limit files, found by the lines of the code that they reach: none raises, or keeps anybody from reporting for longer
than the window.
"""

from fuzzed import tried

UNIT = "files"
PYTHONS = ("linux",)
SHORT = 1

place = tried.place_of("limits")
case = tried.case

"""The page of the doctor's findings, made from their table: run by `dev.py docs` where the package is."""

import re

from wer.doctor._findings import KNOWN, SEVERITIES, SURE

INTRODUCTION = """\
What the doctor finds
=====================

.. This file is made by tools/docs_of_findings.py.

:doc:`wer doctor <cli>` and :func:`wer.doctor.examine` answer two questions, will a crash be reported and will there be
a dump file, and name what is in the way. Each such finding has an id that stays; ``wer explain ID`` says what stands
here. How sure its meaning is: *documented* by Microsoft; *seen*, in sources or public reports; *inferred*; or
*unknown*, where nobody knows. What is as Windows comes is shown with ``--all`` only.

"""

TITLES = {
    "blocks-dump": "Keeps dump files away",
    "blocks-report": "Keeps reports away",
    "unknown": "Cannot be told",
    "warning": "Worth a look",
    "info": "Worth knowing",
}


def page() -> str:
    """The whole page."""
    lines = [INTRODUCTION]
    for severity in SEVERITIES:
        lines += [TITLES[severity], "-" * len(TITLES[severity]), ""]
        for known in sorted(KNOWN.values(), key=lambda one: one.id):
            if known.severity == severity:
                lines += [known.id, "~" * len(known.id), ""]
                lines += [f"**{_rst(known.general('title'))}**", ""]
                lines += [f"{_rst(known.general('meaning'))} ({SURE[known.sure]})", ""]
                if known.remedy:
                    lines += [f"*What to do:* {_rst(known.general('remedy'))}", ""]
                if known.sources:
                    lines += [f"*From:* {', '.join(map(_rst, known.sources))}", ""]
    return "\n".join(lines)


def _rst(text: str) -> str:
    """With literals as reStructuredText has them, and nothing else that it would take for markup."""
    parts = re.split(r"`([^`]*)`", text)
    return "".join(
        f"``{part}``" if number % 2 else re.sub(r"([\\*|_<>])", r"\\\1", part) for number, part in enumerate(parts)
    )


if __name__ == "__main__":
    print(page())

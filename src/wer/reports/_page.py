"""A story as one HTML page that stands alone: no script, nothing fetched, and nothing alive of what it tells."""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape

from .. import __version__
from .._shown import shown
from .._typing import StrPath
from ._sections import Fact, Section, one_line
from ._story import Story
from ._whole_file import whole_file

_STYLE = """
:root { color-scheme: light dark; --text: #1b1b1f; --page: #ffffff; --soft: #5b5b66; --line: #d5d5dd; --box: #f4f4f7;
  --link: #0b57a4; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e6ea; --page: #17171b; --soft: #a9a9b5; --line: #3a3a44; --box: #222228; --link: #8ab8f0; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem 1.25rem 3rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; line-height: 1.3; margin: .5rem 0 1rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; padding-top: .5rem; border-top: 1px solid var(--line); }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 0; padding: 0; }
nav a { display: inline-block; padding: .2rem 0; }
p { margin: .4rem 0; }
dl { margin: .5rem 0; }
dl > div { display: grid; grid-template-columns: 13rem 1fr; gap: 0 1rem; padding: .2rem 0; }
dt { color: var(--soft); }
dd { margin: 0; }
.remark { color: var(--soft); font-size: .875rem; }
.box { overflow-x: auto; margin: .5rem 0; border: 1px solid var(--line); border-radius: .4rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line);
  overflow-wrap: normal; }
thead th { background: var(--box); white-space: nowrap; }
tbody tr:last-child > * { border-bottom: 0; }
tbody th { font-weight: normal; }
pre { margin: 0; padding: .75rem; background: var(--box); font: .85rem/1.45 Consolas, "Cascadia Mono", monospace;
  overflow-wrap: normal; white-space: pre; }
footer { margin-top: 3rem; color: var(--soft); font-size: .875rem; }
@media (max-width: 40rem) {
  body { padding: .5rem .75rem 2rem; }
  dl > div { grid-template-columns: 1fr; padding: .35rem 0; }
}
@media print {
  :root { --text: #000; --page: #fff; --soft: #333; --line: #999; --box: #fff; --link: #000; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  .box { overflow: visible; border: 0; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 0; }
  th, td { overflow-wrap: anywhere; }
  h2 { break-after: avoid; }
  tr { break-inside: avoid; }
}
"""
# Only this style: what is not this text, such as an attribute that got in, does nothing.
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)


def write_page(story: "Story", path: StrPath, *, everything: bool = False, overwrite: bool = False) -> None:
    """Write a story as one HTML page that stands alone: no script, nothing fetched, printable, light and dark.

    Nothing of what the report, the dump and the events say is alive in it: all is text, in which control characters
    and what turns the direction of writing round are escapes; a policy in the page lets a browser run and fetch
    nothing. It holds what they hold, and may be private.

    Parameters
    ----------
    story : Story
        What `story_of` gave.
    path : str or os.PathLike
        The file. It is written beside its place and renamed, so it is whole or not there.
    everything : bool
        As in `Story.sections`.
    overwrite : bool
        Whether a file that is there is replaced.

    Raises
    ------
    FileExistsError
        It is there, and `overwrite` is not set.
    OSError
        It cannot be written.
    """
    text = page(story.headline, story.sections(everything))
    with whole_file(path, overwrite) as file:
        file.write(text.encode("utf-8", "backslashreplace"))


def page(headline: str, sections: "Iterable[Section]") -> str:
    """The page.

    Parameters
    ----------
    headline : str
        One sentence: what happened.
    sections : iterable of Section
        The rest.

    Returns
    -------
    str
        HTML, of ASCII characters and printable others. All that it tells is text: what would be markup, steer a
        terminal or turn the direction of writing round stands as an escape.
    """
    parts = list(sections)
    links = "\n".join(
        f'<li><a href="#s{number}">{_shown(section.title)}</a></li>' for number, section in enumerate(parts, 1)
    )
    body = "\n".join(_section(number, section) for number, section in enumerate(parts, 1))
    title = _shown(headline)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<nav aria-label="Sections">
<ul>
{links}
</ul>
</nav>
</header>
<main>
{body}
</main>
<footer>Written by wer {escape(__version__)}. It holds what the report and the dump say, which may be private.</footer>
</body>
</html>
"""


def _section(number: int, section: "Section") -> str:
    name = f"s{number}"
    title = _shown(section.title)
    parts = [f'<section aria-labelledby="{name}">', f'<h2 id="{name}">{title}</h2>']
    parts += [f"<p>{_shown(sentence)}</p>" for sentence in section.sentences]
    if section.facts:
        parts += ["<dl>", *[_fact(fact) for fact in section.facts], "</dl>"]
    if section.columns:
        # What scrolls is reached with the keyboard, and says what it is.
        parts += [f'<div class="box" role="region" aria-label="{title}: table" tabindex="0">']
        parts += [_table(section.columns, section.rows), "</div>"]
    if section.text:
        parts += [f'<div class="box" role="region" aria-label="{title}: text" tabindex="0">']
        # The first line break after <pre> is the page's own.
        parts += [f"<pre>\n{_shown(section.text, lines=True)}</pre>", "</div>"]
    return "\n".join([*parts, "</section>"])


def _fact(fact: "Fact") -> str:
    remark = f' <span class="remark">[{_shown(fact.remark)}]</span>' if fact.remark else ""
    return f"<div><dt>{_shown(fact.name)}</dt><dd>{_shown(fact.value)}{remark}</dd></div>"


def _table(columns: "Sequence[str]", rows: "Sequence[Sequence[str]]") -> str:
    head = "".join(f'<th scope="col">{_shown(column)}</th>' for column in columns)
    lines = [f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>"]
    for first, *others in rows:
        cells = "".join(f"<td>{_shown(cell)}</td>" for cell in others)
        lines.append(f'<tr><th scope="row">{_shown(first)}</th>{cells}</tr>')
    return "\n".join([*lines, "</tbody>\n</table>"])


def _shown(text: str, *, lines: bool = False) -> str:
    """Text of anybody's as text of the page."""
    parts = text.split("\n") if lines else [one_line(text)]
    return "\n".join(escape(shown(part)) for part in parts)

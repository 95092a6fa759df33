"""`wer.reports.write_page`: nothing that a report, a dump or an event says becomes an element or an attribute."""

import base64
import hashlib
import os
import re
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from once import once
from small_dump import STARTED, small_dump
from stories import INTEGRATOR_ID, crash_event, make_crash, wer_event

from wer.cli._output import shown
from wer.reports import Fact, Section, story_of, write_page
from wer.reports._page import page

TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "h1",
        "nav",
        "ul",
        "li",
        "a",
        "main",
        "section",
        "h2",
    ),
    *("p", "dl", "div", "dt", "dd", "span", "table", "thead", "tbody", "tr", "th", "td", "pre", "footer"),
}
ATTRIBUTES = {
    *(
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "aria-label",
        "aria-labelledby",
        "href",
        "id",
        "class",
        "role",
    ),
    *("tabindex", "scope"),
}
HARM = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</pre></title></style><svg onload=alert(1)>",
    "<!--",
    "]]><![CDATA[",
    "&lt;script&gt; &#60; &amp;",
    "javascript:alert(1)",
    "\x1b[31m\x1b]0;title\x07\x9b1m",
    "invoice\u202egpj.exe\u2066\u200f\u061c",
    "\ud800 \udfff",
    "a\0b",
    "x\u2028\u2029\x85\x0b\x0cx",
    "line\nMissing or left out\r\n",
    "\ufeff\ufffe\U000e0041",
]


class Parsed(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.text, self.other, self.open = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, attributes))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    def handle_comment(self, data):
        self.other.append(data)

    def handle_decl(self, data):
        self.other.append(data)

    handle_pi = unknown_decl = handle_decl

    @property
    def skeleton(self):
        """All that is not text: labels are."""
        return [(tag, [pair for pair in attributes if pair[0] != "aria-label"]) for tag, attributes in self.elements]


def sections_with(text):
    return [
        Section(text, (text,), (Fact(text, text, text, text),), (text, text), ((text, text), (text, text)), text),
    ]


@pytest.mark.parametrize("harm", HARM)
def test_text_stays_text(harm):
    """The page with it has the elements and attributes of the page without it, and shows it."""
    # In a text a line break is one; all else is as it is elsewhere.
    benign, evil = Parsed(page("x", sections_with("x"))), Parsed(page(harm, sections_with(harm)))
    assert evil.skeleton == benign.skeleton
    assert evil.other == benign.other == ["DOCTYPE html"]
    assert evil.open == []
    labels = [value for _, attributes in evil.elements for name, value in attributes if name == "aria-label"]
    as_shown = shown(harm.replace("\r", "\\r").replace("\n", "\\n"))
    assert set(labels) == {"Sections", f"{as_shown}: table", f"{as_shown}: text"}
    assert "".join(evil.text).count(as_shown) >= 12 - 2 * ("\n" in harm)


@pytest.mark.parametrize("harm", HARM)
def test_nothing_in_it_steers(harm):
    """No control character but the page's own line breaks, nothing that turns the direction round."""
    text = page(harm, sections_with(harm))
    left = {character for character in text if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert left == {"\n"}
    text.encode("utf-8")


def evil_crash(folder, harm, name):
    """Harm wherever a report, a dump and an event have text."""
    harm = harm.replace("\0", "").replace("\r", "").replace("\n", " ")
    dump = small_dump(
        (f"C:\\{harm}.exe", f"C:\\{harm}.dll", "C:\\python312.dll"),
        names={5001: harm, 5002: harm},
        comment=harm.encode("latin-1", "replace").decode("latin-1"),
    )
    changes = {f"Sig[{n}].{part}": harm for n in range(6) for part in ("Name", "Value")}
    changes |= dict.fromkeys(("FriendlyEventName", "AppName", "AppPath", "ReportDescription", "ConsentKey"), harm)
    changes |= {"CustomMetadata[0].Key": harm, "LoadedModule[0]": harm, "File[0].Original.Path": harm, harm: harm}
    changes |= {"DynamicSig[22].Name": harm, "DynamicSig[22].Value": harm}
    state = f"Python state of a failure, version 1\r\nPython: {harm}\r\n\r\n== Exception ==\r\nE: {harm}\r\n\r\n== T =="
    make_crash(folder, state=state, dump=dump, **changes)
    (folder / f"{name}.txt").write_bytes(f"Thread 0x1 {harm}".encode("utf-8", "surrogatepass"))
    event = crash_event(INTEGRATOR_ID, started=STARTED, application=harm)
    return story_of(folder, events=[replace(event, data=(*event.data, (harm, harm))), wer_event(store_path=harm)])


@once("3.12")
@pytest.mark.parametrize("harm", HARM)
@pytest.mark.parametrize("everything", [False, True])
def test_a_crash_of_a_program_that_means_harm(tmp_path, harm, everything):
    name = "x" if os.name == "nt" else harm.replace("/", "").replace("\0", "").encode("utf-8", "replace").decode()
    evil = evil_crash(tmp_path / "evil", harm, name)
    benign = evil_crash(tmp_path / "good", "harmless", "x")
    write_page(evil, tmp_path / "evil.html", everything=everything)
    write_page(benign, tmp_path / "good.html", everything=everything)
    text = (tmp_path / "evil.html").read_bytes().decode("utf-8")
    parsed = Parsed(text)
    assert parsed.skeleton == Parsed((tmp_path / "good.html").read_bytes().decode("utf-8")).skeleton
    assert {tag for tag, _ in parsed.elements} <= TAGS
    assert {name for _, attributes in parsed.elements for name, _ in attributes} <= ATTRIBUTES
    assert all(re.fullmatch(r"#s\d+", value) for tag, pairs in parsed.elements for n, value in pairs if n == "href")
    # The same on a terminal: what is harmful there has been made visible.
    assert not set("".join(map(shown, evil.lines(everything)))) & set("\x1b\x07\x9b\u202e\0\r\u2028")


def test_a_browser_is_told_to_run_and_fetch_nothing():
    text = page("x", sections_with("x"))
    parsed = Parsed(text)
    [policy] = [
        dict(pairs)["content"] for tag, pairs in parsed.elements if tag == "meta" and "http-equiv" in dict(pairs)
    ]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.keys() == {"default-src", "style-src", "base-uri", "form-action"}
    assert {rule for name, rule in rules.items() if name != "style-src"} == {"'none'"}
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert rules["style-src"] == f"'sha256-{digest}'", "this style, and no other"
    assert "url(" not in style
    assert "@import" not in style
    before = [tag for tag, _ in parsed.elements]
    assert before.index("meta") < before.index("title"), "it counts for what comes behind it"


def test_headings_and_tables_say_what_they_are():
    parsed = Parsed(page("x", [*sections_with("one"), *sections_with("two")]))
    assert dict(parsed.elements[0][1])["lang"] == "en"
    assert [tag for tag, _ in parsed.elements if re.fullmatch(r"h\d", tag)] == ["h1", "h2", "h2"]
    ids = [dict(pairs)["id"] for _, pairs in parsed.elements if "id" in dict(pairs)]
    assert len(ids) == len(set(ids))
    assert {dict(pairs)["href"] for tag, pairs in parsed.elements if tag == "a"} == {f"#{one}" for one in ids}
    assert {dict(pairs)["aria-labelledby"] for tag, pairs in parsed.elements if tag == "section"} == set(ids)
    scopes = [dict(pairs)["scope"] for tag, pairs in parsed.elements if tag == "th"]
    assert scopes == ["col", "col", "row", "row"] * 2


def test_all_that_it_says_in_its_order():
    """And nothing else: no markup stands in it as text. A text keeps its lines."""
    section = Section("Part", ("In words.",), (Fact("Name", "value", "dump"),), ("A", "B"), (("a", "b"),), "one\n  two")
    parsed = Parsed(page("It crashed", [section, Section("Other", facts=(Fact("Plain", "fact"),))]))
    said = "".join(parsed.text)
    assert [line for line in said.split("\n") if line and not line.startswith("Written by wer ")] == [
        *("It crashed", "It crashed", "Part", "Other"),
        *("Part", "In words.", "Namevalue [dump]", "AB", "ab", "one", "  two", "Other", "Plainfact"),
    ]


def test_it_replaces_nothing_unless_it_is_told(tmp_path):
    story = story_of(make_crash(tmp_path / "report"), events=[])
    target = tmp_path / "page.html"
    target.write_text("mine")
    with pytest.raises(FileExistsError, match="replaced only with overwrite"):
        write_page(story, target)
    assert target.read_text() == "mine"
    write_page(story, target, overwrite=True)
    assert target.read_bytes().startswith(b"<!DOCTYPE html>\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.html", "report"]


def test_what_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    story = story_of(make_crash(tmp_path / "report"), events=[])

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_page(story, tmp_path / "page.html")
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_a_file_that_came_meanwhile_stays(tmp_path, monkeypatch):
    story = story_of(make_crash(tmp_path / "report"), events=[])
    target = tmp_path / "page.html"
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (real(descriptor), target.write_text("theirs")))
    with pytest.raises(FileExistsError):
        write_page(story, target)
    assert target.read_text() == "theirs"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.html", "report"]

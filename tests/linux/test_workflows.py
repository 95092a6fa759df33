"""What actionlint and zizmor, which `dev.py lint` runs, do not see in the workflows."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORKFLOWS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml")}
PINNED = r"uses: +([\w/-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)$"


def test_every_action_is_pinned_and_the_same_everywhere():
    pins = {}
    for name, text in WORKFLOWS.items():
        for line in filter(re.compile(r"^ +(- )?uses:").match, text.splitlines()):
            if "uses: $/" not in line:  # this repository, at the same commit
                pin = re.search(PINNED, line)
                assert pin, (name, line)
                pins.setdefault(pin[1], set()).add(pin[2])
    assert {"actions/checkout", "actions/setup-python", "pypa/gh-action-pypi-publish"} <= set(pins)
    assert {action: versions for action, versions in pins.items() if len(versions) > 1} == {}


def test_every_container_is_the_same_debian():
    """Dependabot does not raise it: whoever does, does it in all workflows."""
    found = re.findall(r"^ +container: +(.+)$", "\n".join(WORKFLOWS.values()), re.MULTILINE)
    assert len(found) == 3
    assert len(set(found)) == 1
    assert re.fullmatch(r"debian:12@sha256:[0-9a-f]{64} # bookworm-\d{8}", found[0])

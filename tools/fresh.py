"""`dev.py fresh`: the README's commands on a machine that has nothing."""

import os
import re
import shutil
from pathlib import Path

from tools import build, debian, steps
from tools.cache import Cache
from tools.steps import Command, Failure, say

SUITE = "bookworm"  # Debian 12
PACKAGES = "python3,ca-certificates"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")

# In a mount and a process namespace of its own, so that at its end, whatever ends it, all that it started and
# mounted is gone.
ENTER = """
set -e
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
exec chroot "$1" sh -c "$2"
"""


def fresh(cache: Cache) -> None:
    """Install a bare Debian into a folder, put a clone of HEAD there, and run what the README says."""
    if os.geteuid() != 0:
        raise Failure("A Debian in a folder needs root: run `sudo python3 dev.py fresh`.")
    commands = readme_commands()
    debian.install(cache, ["debootstrap", "git"])
    tree = cache.folder / "debian"
    with steps.step("A bare Debian 12: installing"):
        options: Command = ["--variant=minbase", f"--include={PACKAGES}"]
        steps.run(["debootstrap", *options, SUITE, tree, debian.MIRROR], env=cache.environment)
    home = tree / "root"
    steps.run(["git", "-c", "safe.directory=*", "clone", "--quiet", build.ROOT, home / "wer"], env=cache.environment)
    # How this machine reaches others: names, and whom it trusts.
    for path in (Path("/etc/resolv.conf"), Path("/etc/hosts"), CERTIFICATES):
        if path.exists():
            shutil.copy(path, tree / path.relative_to("/"))
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        **dict.fromkeys(("SSL_CERT_FILE", "PIP_CERT"), str(CERTIFICATES)),
        **{name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")},
    }
    for command in commands:
        with steps.step(f"There: {command}"):
            enter: Command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", ENTER, "sh", tree]
            steps.run([*enter, f"cd /root/wer && {command}"], env=environment, echo=say)
    say(f"On a bare Debian 12, with {PACKAGES.replace(',', ' and ')}: passed")


def readme_commands() -> list[str]:
    """The commands that the README gives for Linux, as it writes them."""
    text = (build.ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^## Try it on Linux\n.*?^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    if not found:
        raise Failure("README.md has no console block below `## Try it on Linux`: what should be run?")
    return found[1].splitlines()

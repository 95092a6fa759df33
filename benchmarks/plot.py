"""Draw medians as bars: ``plot.py DATA.json FOLDER``. `dev.py bench --save` calls it."""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "werapi"  # the same data give the same file
mpl.rcParams["svg.fonttype"] = "none"

from matplotlib import pyplot  # noqa: E402


def draw(title: str, unit: str, medians: dict[str, float], target: Path) -> None:
    """One plot: a bar for each, the longest that is more than ten times the median of all cut off."""
    names, values = list(medians), list(medians.values())
    limit = 1.15 * max(value for value in values if value <= 10 * sorted(values)[len(values) // 2])
    figure, axes = pyplot.subplots(figsize=(7, 0.45 * len(names) + 1))
    colours = ["#c0392b" if name.startswith("wer") else "#7f8c8d" for name in names]
    axes.barh(names, [min(value, limit) for value in values], color=colours)
    for index, value in enumerate(values):
        text = f" {value:,.0f}" + (" (cut off)" if value > limit else "")
        axes.text(min(value, limit), index, text, va="center", ha="left" if value < 0.8 * limit else "right")
    axes.invert_yaxis()
    axes.set_xlim(0, limit)
    axes.set_xlabel(unit)
    axes.set_title(title)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
    target.write_text(themed(target.read_text(encoding="utf-8")), encoding="utf-8")


def themed(svg: str) -> str:
    """The plot without a ground of its own, its ink dark or light as the reader's system has it."""
    ink = "svg{color:#1a1a1a}text{fill:currentColor}@media(prefers-color-scheme:dark){svg{color:#e6e6e6}}"
    return (
        svg.replace("fill: #ffffff", "fill: none")
        .replace("#000000", "currentColor")
        .replace('<style type="text/css">', f'<style type="text/css">{ink}')
    )


def main(data: str, folder: str) -> None:
    drawn: dict[str, dict[str, Any]] = json.loads(Path(data).read_text(encoding="utf-8"))
    for name, what in drawn.items():
        draw(what["title"], what["unit"], what["medians"], Path(folder) / name)


if __name__ == "__main__":
    main(*sys.argv[1:])

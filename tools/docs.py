"""`dev.py docs`: the documentation as HTML, with the reference made from the docstrings."""

import json
import shutil
from pathlib import Path

from tools import build, session, steps, venvs
from tools.cache import Cache
from tools.session import Session
from tools.steps import Failure

ON_WINDOWS = Path(__file__).with_name("docs_on_windows.py")

# The reference's sections, in the order in which a reader needs them; a name that is in none fails the build.
SECTIONS = {
    "Reports": ["Report", "report_hang"],
    "What a dump holds": ["DumpOptions", "ExceptionInformation", "ProcessSnapshot"],
    "Workers behind launchers": ["interpreter_of", "InterpreterProcess"],
    "Prepared crash reports": ["ReportTemplate", "install_crash_handler", "CrashHandler"],
    "The report store": ["Store", "purge_reports"],
    "Reports on disk": ["read_report", "StoredReport", "SignatureParameter", "ReportFile"],
    "Reports that Windows makes": [
        "register_file",
        "register_memory_block",
        "register_excluded_memory_block",
        "register_custom_metadata",
        "register_additional_process",
        "register_app_local_dump",
        "register_runtime_exception_module",
        "Registration",
        "set_flags",
        "get_flags",
        "set_max_process_hold_milliseconds",
        "add_excluded_application",
        "remove_excluded_application",
    ],
    "Errors": ["WerError", "HResult"],
    "About this machine and this package": ["supported", "get_include"],
    "Enums and flags": [
        *("ReportType", "Consent", "SubmitFlags", "SubmitResult", "DumpType", "DumpFlags", "FileType", "FileFlags"),
        *("ReportUI", "StoreType", "RegisterFileType", "FaultReportingFlags", "SnapshotFlags", "DumpMask"),
        *("MinidumpType", "ThreadWriteFlags", "ModuleWriteFlags"),
    ],
}

# Runs where the pure package is installed: tells which names are classes and functions of it.
LIST_NAMES = """
import wer
print(*(name for name in wer.__all__ if isinstance(getattr(wer, name), type) or callable(getattr(wer, name))))
"""


def docs(cache: Cache, series: str) -> Path:
    """Build the documentation; the extension's docstrings come from the Python for Windows `series`."""
    with session.opened(cache, [series]) as windows:
        extension = _ask(windows, series)
    work = cache.folder / "docs"
    shutil.copytree(build.ROOT / "docs", work)
    python = venvs.extended(cache, "docs", cache.folder / "docs-python", build.native_wheel(cache))
    names = steps.run([python, "-c", LIST_NAMES], env=cache.environment).output.split()
    (work / "reference.rst").write_text(_reference(extension, names), encoding="utf-8")
    target = build.ROOT / "dist" / "docs"
    shutil.rmtree(target, ignore_errors=True)
    with steps.step("Documentation: building, with warnings as errors"):
        options = ["--fail-on-warning", "--keep-going", "--quiet", "--builder", "html"]
        steps.run([python, "-m", "sphinx", *options, work, target], env=cache.environment)
    return target


def _ask(windows: Session, series: str) -> dict[str, dict[str, object]]:
    finished = windows.python(series, [windows.path(ON_WINDOWS)], echo=None)
    if finished.returncode:
        raise Failure(f"tools/docs_on_windows.py failed:\n{finished.output}")
    found: dict[str, dict[str, object]] = json.loads(finished.output)
    return found


def _reference(extension: dict[str, dict[str, object]], names: list[str]) -> str:
    """reference.rst: the extension's part from what Windows told, the pure part from autodoc."""
    if missing := set(names) - {name for section in SECTIONS.values() for name in section}:
        raise Failure(f"tools/docs.py: give these names a section in SECTIONS: {', '.join(sorted(missing))}")
    lines = ["Reference", "=========", "", ".. module:: wer", ""]
    for title, section in SECTIONS.items():
        lines += [title, "-" * len(title), ""]
        for name in section:
            if name in extension:
                lines += _described(name, extension[name], "")
            elif name in names:
                kind = "autofunction" if name[0].islower() else "autoclass"
                lines += [
                    f".. {kind}:: wer.{name}",
                    *["   :members:", "   :undoc-members:"] * (kind == "autoclass"),
                    "",
                ]
    return "\n".join(lines)


def _described(name: str, what: dict[str, object], indent: str) -> list[str]:
    """A class or function, or a member: its directive, its docstring, and what is in it."""
    inside = indent + "   "
    lines = [f"{indent}.. py:{what['kind']}:: {name}{what.get('signature', '')}", ""]
    lines += [f"{inside}.. numpydoc::", ""]
    lines += [f"{inside}   {line}".rstrip() for line in str(what["doc"]).splitlines()]
    lines += [""]
    members = what.get("members", {})
    assert isinstance(members, dict)
    for member, described in members.items():
        lines += _described(member, described, inside)
    return lines

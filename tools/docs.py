"""`dev.py docs`: the documentation as HTML, with the reference made from the docstrings."""

import shutil
from pathlib import Path

from tools import build, steps, venvs
from tools.cache import Cache
from tools.steps import Failure

# The reference's sections, in the order in which a reader needs them; a name that is in none fails the build.
SECTIONS = {
    "Reports": ["Report", "report_hang"],
    "What a dump holds": ["DumpOptions", "ExceptionInformation", "ProcessSnapshot"],
    "Workers behind launchers": ["interpreter_of", "InterpreterProcess", "LauncherWarning", "Handle"],
    "Dumps without a report": ["dumps.write_dump", "dumps.WrittenDump"],
    "Prepared crash reports": ["ReportTemplate", "install_crash_handler", "CrashHandler"],
    "The report store": ["Store", "purge_reports"],
    "Reports on disk": ["read_report", "StoredReport", "SignatureParameter", "ReportFile"],
    "Dumps on disk": [
        *("dumps.read_dump", "dumps.Dump", "dumps.SystemInfo", "dumps.ProcessInfo", "dumps.DumpException"),
        *("dumps.Thread", "dumps.Registers", "dumps.Module", "dumps.UnloadedModule", "dumps.MemoryRange"),
        *("dumps.MemoryRegion", "dumps.HandleCount", "dumps.Stream", "dumps.TextStream", "dumps.CrashpadInfo"),
        *("dumps.CrashpadModule", "dumps.BreakpadInfo"),
    ],
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
    "A service": [
        *("enable", "service.Service", "service.InWorker", "reporting", "service.LoggingHandler"),
        *("service.Reporter", "service.Filed", "service.Hooks", "service.Limits", "service.Taken", "service.Folder"),
        *("service.add_python_state", "service.traceback_hash", "explain"),
        *("Watchdog", "service.Hang", "service.add_processes", "service.AddedProcesses", "service.AddedProcess"),
        *("service.enrich", "service.Enrichment", "service.RingLog", "service.RingLogHandler", "service.read_ring_log"),
        *("service.RecordedReport", "service.given", "service.Given", "service.GivenFile", "service.GivenDump"),
        *("service.locate", "service.Located", "service.LocateStatus", "service.list_stores", "service.StoreListing"),
    ],
    "All reports of a machine": [
        *("reports.list_reports", "reports.Listing", "reports.ReportEntry", "reports.ReadStore", "reports.StoreState"),
        *("reports.export", "reports.Exported", "reports.ExportedReport", "reports.ExportStatus"),
        "reports.goes_elsewhere",
    ],
    "The story of one crash": [
        *("reports.story_of", "reports.Story", "reports.Fact", "reports.Section", "reports.JoinedDump"),
        *("reports.PythonText", "reports.FoundFile", "reports.write_page", "reports.events_in", "reports.read_events"),
        *("reports.Events", "reports.Event", "reports.collect", "reports.Collection", "reports.CollectedFile"),
    ],
    "The doctor": [
        *("doctor.examine", "doctor.Diagnosis", "doctor.Answer", "doctor.DumpAnswer", "doctor.Finding"),
        *(
            "doctor.Evidence",
            "doctor.effective_local_dumps",
            "doctor.LocalDumps",
            "doctor.Setting",
            "doctor.try_crash",
            "doctor.Trial",
            "doctor.Machine",
            "doctor.ending_of",
            "doctor.Ending",
        ),
    ],
    "Settings of the machine": [
        *("changes.this_registry", "changes.Plan", "changes.Change", "changes.NotKept"),
        *("changes.set_local_dumps", "changes.unset_local_dumps", "changes.make_dump_folder"),
        *("changes.account_folders", "changes.AccountFolder", "changes.set_on_kill", "changes.unset_on_kill"),
        *("changes.exclude", "changes.include", "changes.exclusions", "changes.Exclusions", "changes.Exclusion"),
        *("changes.install_crash_module", "changes.remove_crash_module", "changes.crash_modules"),
        *("changes.CrashModules", "changes.CrashModule"),
        *("changes.leftovers", "changes.Leftovers", "changes.LeftFile", "changes.remove_files"),
    ],
    "Errors": ["WerError", "HResult"],
    "About this machine and this package": ["supported", "get_include"],
    "Tests of your program": [
        *("testing.FakeWer", "testing.SubmittedReport", "testing.Call", "testing.FakeProcess", "testing.FakeThread"),
    ],
    "Enums and flags": [
        *("ReportType", "Consent", "SubmitFlags", "SubmitResult", "DumpType", "DumpFlags", "FileType", "FileFlags"),
        *("ReportUI", "StoreType", "RegisterFileType", "FaultReportingFlags", "SnapshotFlags", "DumpMask"),
        *("MinidumpType", "ThreadWriteFlags", "ModuleWriteFlags"),
    ],
}

# Runs where the pure package is installed: tells which names are classes and functions of it.
LIST_NAMES = """
import wer.changes, wer.doctor, wer.dumps, wer.reports, wer.service, wer.testing
print(*(name for name in wer.__all__ if callable(getattr(wer, name))))
parts = "changes", "doctor", "dumps", "reports", "service", "testing"
print(*(f"{part}.{name}" for part in parts for name in getattr(wer, part).__all__
        if name not in wer.__all__ and callable(getattr(getattr(wer, part), name))))
"""


def docs(cache: Cache) -> Path:
    """Build the documentation. The package has all its classes and functions on every system."""
    work = cache.folder / "docs"
    shutil.copytree(build.ROOT / "docs", work)
    python = venvs.extended(cache, ["docs"], cache.folder / "docs-python", build.native_wheel(cache))
    names = steps.run([python, "-c", LIST_NAMES], env=cache.environment).output.split()
    (work / "reference.rst").write_text(_reference(names), encoding="utf-8")
    for name, tool in (("cli.rst", "docs_of_commands.py"), ("findings.rst", "docs_of_findings.py")):
        page = steps.run([python, build.ROOT / "tools" / tool], env=cache.environment).output
        (work / name).write_text(page, encoding="utf-8")
    (work / "changelog.md").write_text(_changelog(), encoding="utf-8")
    target = build.ROOT / "dist" / "docs"
    shutil.rmtree(target, ignore_errors=True)
    with steps.step("Documentation: building, with warnings as errors"):
        options = ["--fail-on-warning", "--keep-going", "--quiet", "--builder", "html"]
        steps.run([python, "-m", "sphinx", *options, work, target], env=cache.environment)
    return target


def _reference(names: list[str]) -> str:
    """reference.rst: a directive of autodoc's for each name."""
    if missing := set(names) - {name for section in SECTIONS.values() for name in section}:
        raise Failure(f"tools/docs.py: give these names a section in SECTIONS: {', '.join(sorted(missing))}")
    lines = ["Reference", "=========", "", ".. module:: wer", ""]
    for title, section in SECTIONS.items():
        lines += [title, "-" * len(title), ""]
        for name in section:
            kind = "autofunction" if name.rpartition(".")[2][0].islower() else "autoclass"
            lines += [f".. {kind}:: wer.{name}", *["   :members:", "   :undoc-members:"] * (kind == "autoclass"), ""]
    return "\n".join(lines)


def _changelog() -> str:
    """CHANGELOG.md, and over it what its next version will have: a file each in changelog.d."""
    lines = ["# Changelog", "", "## What is coming", ""]
    for kind in ("added", "changed", "fixed", "removed"):
        fragments = sorted((build.ROOT / "changelog.d").glob(f"*.{kind}.md"))
        if fragments:
            lines += [f"### {kind.capitalize()}", ""]
            lines += [f"- {' '.join(path.read_text(encoding='utf-8').split())}" for path in fragments]
            lines.append("")
    released = (build.ROOT / "CHANGELOG.md").read_text(encoding="utf-8").partition("release notes start -->")[2]
    return "\n".join(lines) + released

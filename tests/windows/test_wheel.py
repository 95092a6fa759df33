"""What the installed wheel holds."""

import importlib.metadata
import os
import re
import sys
import sysconfig
from pathlib import Path

import pefile
import pytest

import wer

MACHINE = {"win-amd64": "AMD64", "win-arm64": "ARM64", "win32": "x86"}[sysconfig.get_platform()]
FREE_THREADED = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""

FILES = {
    "_wer_pytest.py",
    "wer/__init__.pxd",
    "wer/__init__.py",
    "wer/__main__.py",
    "wer/_arguments.py",
    "wer/_crash_handler.py",
    "wer/_custom_metadata.py",
    "wer/_elsewhere.py",
    "wer/_enums.py",
    "wer/_errors.py",
    "wer/_exception_module.py",
    "wer/_functions.py",
    "wer/_include.py",
    "wer/_interpreter.py",
    "wer/_later.py",
    "wer/_launcher.py",
    "wer/_leftovers.py",
    "wer/_limits.py",
    "wer/_links.py",
    "wer/_machine/__init__.py",
    "wer/_machine/_dll.py",
    "wer/_machine/_windows_registry.py",
    "wer/_machine/accounts.py",
    "wer/_machine/event_log.py",
    "wer/_machine/event_xml.py",
    "wer/_machine/events.py",
    "wer/_machine/folders.py",
    "wer/_machine/keys.py",
    "wer/_machine/local_dumps.py",
    "wer/_machine/privileges.py",
    "wer/_machine/processes.py",
    "wer/_machine/registry.py",
    "wer/_machine/services.py",
    "wer/_native.py",
    "wer/_options.py",
    "wer/_owner.py",
    "wer/_plain.py",
    "wer/_processes.py",
    "wer/_registration.py",
    "wer/_report.py",
    "wer/_report_file.py",
    "wer/_report_meaning.py",
    "wer/_settings.py",
    "wer/_shown.py",
    "wer/_snapshot.py",
    "wer/_store.py",
    "wer/_store_contents.py",
    "wer/_stored.py",
    "wer/_template.py",
    "wer/_typing.py",
    "wer/_werapi.pxd",
    "wer/_werapi.pyi",
    "wer/capi.pxd",
    "wer/changes/__init__.py",
    "wer/changes/_account_folders.py",
    "wer/changes/_change.py",
    "wer/changes/_crash_module.py",
    "wer/changes/_dump_folder.py",
    "wer/changes/_exclusions.py",
    "wer/changes/_journal.py",
    "wer/changes/_local_dumps.py",
    "wer/changes/_names.py",
    "wer/changes/_on_kill.py",
    "wer/changes/_places.py",
    "wer/changes/_plan.py",
    "wer/changes/_uninstall.py",
    "wer/cli/__init__.py",
    "wer/cli/_changing.py",
    "wer/cli/_commands.py",
    "wer/cli/_events.py",
    "wer/cli/_output.py",
    "wer/cli/_processes.py",
    "wer/cli/_schema.py",
    "wer/cli/collect.py",
    "wer/cli/crash_module.py",
    "wer/cli/doctor.py",
    "wer/cli/dump.py",
    "wer/cli/exclude.py",
    "wer/cli/explain.py",
    "wer/cli/local_dumps.py",
    "wer/cli/report.py",
    "wer/cli/show.py",
    "wer/cli/store.py",
    "wer/cli/uninstall.py",
    "wer/cmake/werConfig.cmake",
    "wer/cmake/werConfigVersion.cmake",
    "wer/doctor/__init__.py",
    "wer/doctor/_debuggers.py",
    "wer/doctor/_diagnosis.py",
    "wer/doctor/_dump_files.py",
    "wer/doctor/_endings.py",
    "wer/doctor/_examine.py",
    "wer/doctor/_finding.py",
    "wer/doctor/_findings.py",
    "wer/doctor/_look.py",
    "wer/doctor/_machine.py",
    "wer/doctor/_process.py",
    "wer/doctor/_reports.py",
    "wer/doctor/_services.py",
    "wer/doctor/_stores.py",
    "wer/doctor/_trial.py",
    "wer/dumps/__init__.py",
    "wer/dumps/_bounds.py",
    "wer/dumps/_contents.py",
    "wer/dumps/_contexts.py",
    "wer/dumps/_crashpad.py",
    "wer/dumps/_dump.py",
    "wer/dumps/_file.py",
    "wer/dumps/_handles.py",
    "wer/dumps/_intervals.py",
    "wer/dumps/_memory.py",
    "wer/dumps/_modules.py",
    "wer/dumps/_names.py",
    "wer/dumps/_python.py",
    "wer/dumps/_read.py",
    "wer/dumps/_reading.py",
    "wer/dumps/_system.py",
    "wer/dumps/_texts.py",
    "wer/dumps/_threads.py",
    "wer/dumps/_told.py",
    "wer/dumps/_write.py",
    "wer/include/wer/capi.h",
    "wer/include/wer/werapi.h",
    "wer/libwer.pxd",
    "wer/py.typed",
    "wer/reports/__init__.py",
    "wer/reports/_collect.py",
    "wer/reports/_crash_facts.py",
    "wer/reports/_crash_words.py",
    "wer/reports/_events.py",
    "wer/reports/_export.py",
    "wer/reports/_joined.py",
    "wer/reports/_listing.py",
    "wer/reports/_of_process.py",
    "wer/reports/_page.py",
    "wer/reports/_plain_files.py",
    "wer/reports/_python_texts.py",
    "wer/reports/_sections.py",
    "wer/reports/_source.py",
    "wer/reports/_source_sections.py",
    "wer/reports/_story.py",
    "wer/reports/_targets.py",
    "wer/reports/_whole_file.py",
    "wer/service/__init__.py",
    "wer/service/_background.py",
    "wer/service/_check.py",
    "wer/service/_current.py",
    "wer/service/_dump_lock.py",
    "wer/service/_dump_size.py",
    "wer/service/_enable.py",
    "wer/service/_enrich.py",
    "wer/service/_exit_codes.py",
    "wer/service/_fault_stacks.py",
    "wer/service/_folder.py",
    "wer/service/_hang.py",
    "wer/service/_hooks.py",
    "wer/service/_late_stacks.py",
    "wer/service/_ledger.py",
    "wer/service/_limits.py",
    "wer/service/_locate.py",
    "wer/service/_logging.py",
    "wer/service/_processes.py",
    "wer/service/_recorded.py",
    "wer/service/_reporter.py",
    "wer/service/_reporting.py",
    "wer/service/_ring_log.py",
    "wer/service/_signature.py",
    "wer/service/_stacks.py",
    "wer/service/_state.py",
    "wer/service/_watchdog.py",
    "wer/service/_watcher.py",
    "wer/service/_watcher_process.py",
    "wer/testing/__init__.py",
    "wer/testing/_buffer.py",
    "wer/testing/_checks.py",
    "wer/testing/_dumps.py",
    "wer/testing/_fake.py",
    "wer/testing/_files.py",
    "wer/testing/_handles.py",
    "wer/testing/_lookup.py",
    "wer/testing/_mutex.py",
    "wer/testing/_processes.py",
    "wer/testing/_record.py",
    "wer/testing/_registration.py",
    "wer/testing/_report.py",
    "wer/testing/_settings.py",
    "wer/testing/_snapshot.py",
    "wer/testing/_store.py",
    "wer/testing/_template.py",
    "wer/testing/_watchdog.py",
    "wer/wer_exception_module.dll",
    "wer/werapi.py",
    "wer/windows.pxd",
}


def test_the_wheel_holds_the_package_and_nothing_else():
    paths = {str(path).replace("\\", "/") for path in importlib.metadata.files("werapi") or ()}
    # Up to 3.11 the console script is listed, too, wherever it is.
    package = {path for path in paths if not path.startswith(("werapi-", "../")) and "__pycache__" not in path}
    # The program wer is not in the wheel: pip makes it.
    package = {path for path in paths if not path.startswith(("werapi-", "..")) and "__pycache__" not in path}
    extension = {path for path in package if path.startswith("wer/_werapi.") and path.endswith(".pyd")}
    assert len(extension) == 1
    assert package - extension == FILES


@pytest.fixture(scope="module")
def extension():
    """The extension, as a PE file."""
    (path,) = Path(wer.__file__).parent.glob("_werapi.*.pyd")
    with pefile.PE(str(path)) as file:
        yield file


@pytest.fixture(scope="module")
def exception_module():
    """The DLL that WerFault loads, as a PE file."""
    with pefile.PE(str(Path(wer.__file__).with_name("wer_exception_module.dll"))) as file:
        yield file


def imports(extension, kind="DIRECTORY_ENTRY_IMPORT"):
    return {entry.dll.decode("ascii").lower() for entry in getattr(extension, kind, ())}


def test_it_imports_only_what_is_in_every_process_or_comes_with_python(extension):
    """And so never wer.dll, which Windows would look for in the package's folder first."""
    python = f"python3{sys.version_info.minor}{FREE_THREADED}.dll"
    allowed = {python, "kernel32.dll", "advapi32.dll", "msvcrt.dll", "vcruntime140.dll"}
    found = {name for name in imports(extension) if not name.startswith("api-ms-win-crt-")}
    assert found <= allowed
    assert {"kernel32.dll", python} <= found


def test_wer_dll_is_a_delayed_import(extension):
    if delayed := imports(extension, "DIRECTORY_ENTRY_DELAY_IMPORT"):
        assert delayed == {"wer.dll"}
    else:
        # mingw's linker leaves the directory entry empty; its helper needs only the descriptor, by address.
        assert b"wer.dll\0" in extension.get_memory_mapped_image()


def test_what_werfault_loads_needs_neither_python_nor_a_c_runtime(exception_module):
    assert imports(exception_module) == {"kernel32.dll"}
    [entry] = exception_module.DIRECTORY_ENTRY_IMPORT
    assert [function.name for function in entry.imports] == [b"ReadProcessMemory"]
    assert imports(exception_module, "DIRECTORY_ENTRY_DELAY_IMPORT") == set()
    assert {symbol.name for symbol in exception_module.DIRECTORY_ENTRY_EXPORT.symbols} == {
        b"OutOfProcessExceptionEventCallback",
        b"OutOfProcessExceptionEventSignatureCallback",
        b"OutOfProcessExceptionEventDebuggerLaunchCallback",
    }


def test_both_are_for_this_processor(extension, exception_module):
    machines = {"AMD64": 0x8664, "ARM64": 0xAA64, "x86": 0x14C}
    assert extension.FILE_HEADER.Machine == exception_module.FILE_HEADER.Machine == machines[MACHINE]


def test_they_are_protected_as_windows_can(extension, exception_module):
    for file in (extension, exception_module):
        flags = file.OPTIONAL_HEADER.DllCharacteristics
        assert flags & 0x40, "its address can be chosen at random (ASLR)"
        assert flags & 0x100, "its data cannot be executed (DEP)"
        if MACHINE != "x86":
            assert flags & 0x20, "any 64-bit address (high-entropy ASLR)"
    flags = extension.OPTIONAL_HEADER.DllCharacteristics
    if "vcruntime140.dll" in imports(extension):  # built by MSVC
        assert flags & 0x4000, "indirect calls are checked (Control Flow Guard); gcc has no such thing"


def test_they_do_not_say_where_they_were_built(extension, exception_module):
    for data in (extension.__data__[:].lower(), exception_module.__data__[:].lower()):
        assert not re.search(rb"[\\/][^\0]*\.pdb\0", data), "only the name of the file with the symbols"
        for word in (b"/root/", b"/home/", b"c:\\users\\", b"werapi-dev", b"\\temp\\"):
            assert word not in data


def test_the_compiler_has_no_warnings():
    """Of the extension and a package that cimports it; on Windows of all other C, too."""
    if "WERAPI_WARNINGS" not in os.environ:
        pytest.skip("needs what the compiler said, which dev.py keeps")
    assert os.environ["WERAPI_WARNINGS"] == "none"


def test_its_tags_are_those_of_its_file():
    metadata = importlib.metadata.distribution("werapi").read_text("WHEEL")
    python = f"cp3{sys.version_info.minor}"
    platform = {"AMD64": "win_amd64", "ARM64": "win_arm64", "x86": "win32"}[MACHINE]
    assert f"Tag: {python}-{python}{FREE_THREADED}-{platform}" in metadata.splitlines()
    assert "Root-Is-Purelib: false" in metadata.splitlines()


def test_its_metadata():
    metadata = importlib.metadata.metadata("werapi")
    assert metadata["License-Expression"] == "MIT"
    assert metadata.get_all("License-File") == ["LICENSE"]
    needed = [one for one in metadata.get_all("Requires-Dist") if "extra ==" not in one]
    assert needed == [], "the package has no dependency"
    assert metadata["Requires-Python"] == ">=3.11"
    (licence,) = (path for path in importlib.metadata.files("werapi") if path.name == "LICENSE")
    assert "MIT License" in licence.read_text(encoding="utf-8")

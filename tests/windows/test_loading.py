"""Where DLLs come from: System32, whatever else of their names Windows would find first.

The tests copy the interpreter and the package into a folder of their own and plant DLLs there, copies of the real
`wer.dll` under each name. A program then says which files its process has loaded.
"""

import ast
import os
import re
import shutil
import sys
from pathlib import Path

import pefile
import pytest
from binaries import imported, named, shipped
from once import once

import wer

ROOT = Path(__file__).parents[2]

# Every DLL in the process, one path a line.
LIST_LOADED = """
import ctypes, os
kernel32 = ctypes.windll.kernel32
kernel32.GetCurrentProcess.restype = ctypes.c_void_p
kernel32.K32EnumProcessModules.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p]
kernel32.GetModuleFileNameW.argtypes = [ctypes.c_void_p, ctypes.c_wchar_p, ctypes.c_uint32]
modules = (ctypes.c_void_p * 1024)()
size = ctypes.c_uint32()
assert kernel32.K32EnumProcessModules(
    kernel32.GetCurrentProcess(), modules, ctypes.sizeof(modules), ctypes.byref(size))
for module in modules[:size.value // ctypes.sizeof(ctypes.c_void_p)]:
    path = ctypes.create_unicode_buffer(1024)
    kernel32.GetModuleFileNameW(module, path, len(path))
    print(path.value)
"""
# Where the package's copy is: sys.argv[1].
USE_WER = """
import sys
sys.path.insert(0, sys.argv[1])
import wer
wer.Report("WerTests.Loading").close()
"""
# Folders that a program adds to those in which Windows looks: sys.argv[2:].
ADD_FOLDERS = """
import ctypes, os, sys
added = [os.add_dll_directory(folder) for folder in sys.argv[2:]]
ctypes.windll.kernel32.SetDllDirectoryW(ctypes.c_wchar_p(sys.argv[2]))
"""
LOAD_BY_NAME = """
import ctypes
ctypes.windll.kernel32.LoadLibraryW({name!r})
"""

# Each DLL that the package loads itself, and what has it do so.
LOADED = {
    "wer.dll": USE_WER,
    "dbghelp.dll": USE_WER + "import wer.dumps; wer.dumps.write_dump('own.dmp', overwrite=True)",
    "wevtapi.dll": USE_WER + "from wer._machine import event_log; event_log.read()",
    "faultrep.dll": """
import sys
package = sys.argv[1]
sys.argv[1:] = [{wer_dll!r}, "WerReportHang"]
{hide}
sys.path.insert(0, package)
import wer
try:
    wer.report_hang(1)
except (OSError, NotImplementedError):
    pass
""",
}
# What the package names too, and is in the process before any code of its: python.exe has loaded it, or Windows.
THERE = {
    *("kernel32.dll", "kernelbase.dll", "ntdll.dll", "advapi32.dll", "ucrtbase.dll", "vcruntime140.dll"),
    f"python3{sys.version_info.minor}.dll",
    f"python3{sys.version_info.minor}t.dll",
    "msvcrt.dll",  # of mingw's builds: advapi32.dll has loaded it
}
MODULES = """
import sys
for name in sorted(sys.modules):
    if name in sys.stdlib_module_names or name.partition(".")[0] in sys.stdlib_module_names:
        print(name)
"""


class Place:
    """A private copy of the interpreter, and of the package, to plant files in."""

    def __init__(self, folder, python, run_program):
        self.run_program = run_program
        self.home = python.parent
        self.folder = folder
        self.python = folder / "bin" / "python.exe"
        self.package = folder / "lib" / "wer"
        self.elsewhere = folder / "elsewhere"
        for folder in (self.python.parent, self.package, self.elsewhere):
            folder.mkdir(parents=True)
        shutil.copy(python, self.python)
        for file in (*self.home.glob("python3*.dll"), *self.home.glob("vcruntime*.dll")):
            shutil.copy(file, self.python.parent)
        ignored = shutil.ignore_patterns("__pycache__")
        package = Path(wer.__file__).parent
        shutil.copytree(package, self.package, ignore=ignored, copy_function=shutil.copy, dirs_exist_ok=True)

    def plant(self, file, *names):
        """Copies of `file` in the package's folder, beside python.exe, in the current folder, and on PATH."""
        for folder in (self.package, self.python.parent, self.elsewhere):
            for name in names:
                shutil.copy(file, folder / name)

    def loaded(self, code, **environment):
        """Run a program, and return the files of DLLs that are in its process then."""
        lines = self.run(code + LIST_LOADED, *[str(self.elsewhere)], **environment)
        return [Path(line) for line in lines]

    def run(self, code, *arguments, **environment):
        """Run a program with this copy, and return the lines that it printed."""
        variables = {**os.environ, "PYTHONHOME": str(self.home), **environment}
        variables.pop("PYTHONPATH", None)
        command = [str(self.python), "-S", "-B", "-c", code, str(self.package.parent), *arguments]
        done = self.run_program(command, variables, cwd=self.elsewhere)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()


@pytest.fixture
def place(tmp_path, python, run_program):
    return Place(tmp_path, Path(python), run_program)


def same_file(path, other):
    return os.path.normcase(path) == os.path.normcase(other)


def of_name(files, name):
    return [path for path in files if path.name.lower() == name]


@pytest.fixture
def programs(system_folder, hide):
    """`LOADED`, as programs that can be run."""
    wer_dll = str(system_folder / "wer.dll")
    return {
        name: code.format(wer_dll=wer_dll, hide=hide) if "{hide}" in code else code for name, code in LOADED.items()
    }


@once("3.11")
@pytest.mark.parametrize("name", LOADED)
def test_no_planted_file_is_loaded(place, system_folder, programs, name):
    """In the package's folder, beside python.exe, in the current folder, on PATH, and in added ones: all at once."""
    place.plant(system_folder / "wer.dll", name)
    files = place.loaded(ADD_FOLDERS + programs[name], PATH=f"{place.elsewhere};{os.environ['PATH']}")
    [loaded] = of_name(files, name)
    assert same_file(loaded, system_folder / name)


@once("3.11")
@pytest.mark.parametrize("name", LOADED)
def test_the_trap_works(place, system_folder, name):
    """Or the test above would show nothing: loaded just by its name, it is the planted file."""
    place.plant(system_folder / "wer.dll", name)
    [loaded] = of_name(place.loaded(LOAD_BY_NAME.format(name=name)), name)
    assert same_file(loaded, place.python.parent / name)


@once("3.11")
def test_what_those_load_in_turn_is_not_taken_from_there_either(place, system_folder, programs):
    """Every DLL that is in a process only because of the package; what Python's own modules bring does not count."""
    everything = "\n".join(reversed(programs.values()))  # what hides a function comes before it is looked up
    modules = place.run(everything + MODULES)
    bare = "import contextlib, importlib\n" + "".join(
        f"with contextlib.suppress(ImportError): importlib.import_module({name!r})\n" for name in modules
    )
    before = {path.name.lower() for path in place.loaded(bare)}
    ours = {path.name.lower() for path in place.loaded(everything)} - before
    ours = {name for name in ours if name.endswith(".dll")}
    assert set(LOADED) <= ours
    place.plant(system_folder / "wer.dll", *ours)
    after = place.loaded(ADD_FOLDERS + everything, PATH=f"{place.elsewhere};{os.environ['PATH']}")
    planted = [path for path in after if path.name.lower() in ours and not same_file(path.parent, system_folder)]
    assert planted == []


def in_every_process(place):
    """The DLLs that are in a Python's process before any code of ours."""
    return {path.name.lower() for path in place.loaded("import ctypes")}


def test_all_that_is_shipped_is_looked_at():
    """Whatever is a program or a DLL, by what is in it: a new one needs nothing but a look at it here."""
    files = sorted(shipped())
    assert [re.sub(r"\.cp\w+-\w+|\.pyd$", "", file) for file in files if not file.startswith("wer.pyz")] == [
        "wer/_werapi",
        "wer/wer_exception_module.dll",
    ]
    if os.environ.get("WERAPI_PYZ"):
        packed = [file.rpartition("/")[2] for file in files if file.startswith("wer.pyz")]
        assert sorted(packed) == sorted(file.rpartition("/")[2] for file in files if file.startswith("wer/"))


def test_each_dll_that_the_package_names_is_tried_here(place):
    """What binaries import and have texts of, and what modules give to `WinDLL` and to `_dll.function`."""
    there = in_every_process(place)
    names = set().union(*map(named, shipped().values()))
    for file in Path(wer.__file__).parent.rglob("*.py"):
        names.update(loads(file))
    sets = {name for name in names if name.startswith("api-ms-win-")}
    assert {"wer.dll", "wevtapi.dll", "advapi32.dll"} <= names
    assert names - sets - THERE == set(LOADED), "a new DLL needs a row in LOADED"
    assert names & THERE <= there, "else it could be planted: a row in LOADED"
    assert all(name.startswith("api-ms-win-crt-") for name in sets), "Windows' own names for the C runtime of Python"


@once("3.11")
def test_no_file_is_loaded_for_any_name_in_an_import_table(place, system_folder, programs):
    """Not for those either that are in each process before: the plain ones, and the api-ms-win ones.

    Beside python.exe there are none of these: what that loads is Python's affair.
    """
    sets = {name for file in (*place.python.parent.glob("*.dll"), place.python) for name in imported(file.read_bytes())}
    names = {name for name in set().union(*map(named, shipped().values())) | sets if name not in LOADED}
    assert any(name.startswith("api-ms-win-") for name in names)
    place.plant(system_folder / "wer.dll", *LOADED)
    for folder in (place.package, place.elsewhere):
        for name in names:
            shutil.copy(system_folder / "wer.dll", folder / name)
    everything = "\n".join(reversed(programs.values()))
    files = place.loaded(ADD_FOLDERS + everything, PATH=f"{place.elsewhere};{os.environ['PATH']}")
    assert set(LOADED) <= {path.name.lower() for path in files}
    ours = {place.python, *place.package.glob("_werapi.*.pyd"), *place.python.parent.glob("python3*.dll")}
    own = {os.path.normcase(path) for path in (*ours, *place.python.parent.glob("vcruntime*.dll"))}
    inside = [path for path in files if path.is_relative_to(place.folder) and os.path.normcase(path) not in own]
    assert inside == []


@once("3.11")
def test_nor_by_what_werfault_loads(place, system_folder):
    """The exception module, in a process that has done nothing else, with files beside it and in the current folder."""
    module = place.package / "wer_exception_module.dll"
    names = imported(module.read_bytes())
    place.plant(system_folder / "wer.dll", *names, "wer.dll", "msvcrt.dll", "vcruntime140.dll", "ucrtbase.dll")
    for name in ("vcruntime140.dll", "ucrtbase.dll", "msvcrt.dll", *names):  # python.exe is no WerFault
        (place.python.parent / name).unlink()
    shutil.copy(place.home / "vcruntime140.dll", place.python.parent)
    code = f"import ctypes\nctypes.WinDLL({str(module)!r})\n"
    files = place.loaded(ADD_FOLDERS + code, PATH=f"{place.elsewhere};{os.environ['PATH']}")
    assert of_name(files, module.name) == [module]
    assert [path for path in files if path.parent in (place.package, place.elsewhere)] == [module]


HOST = os.environ.get("WERAPI_HOST", "")


@once("3.11")
@pytest.mark.skipif(not HOST, reason="needs the C host, which dev.py compiles")
class TestNativeHost:
    """examples/native_host, in a folder of its own with Python's DLLs."""

    @pytest.fixture
    def host(self, place):
        program = Path(HOST).with_name("native_host.exe")
        shutil.copy(program, place.python.parent / "native_host.exe")
        return place

    def loaded(self, place, code):
        script = place.folder / "script.py"
        script.write_text(f"import sys\nsys.argv = ['-c', *{[str(place.package.parent), str(place.elsewhere)]!r}]\n")
        with script.open("a", encoding="utf-8") as file:
            file.write(code + LIST_LOADED)
        path = f"{place.elsewhere};{os.environ['PATH']}"
        # Its own `wer`, by which it reports crashes, is the copy as well.
        variables = {**os.environ, "PYTHONHOME": str(place.home), "PYTHONPATH": str(place.package.parent), "PATH": path}
        command = [str(place.python.parent / "native_host.exe"), str(script)]
        done = place.run_program(command, variables, cwd=place.elsewhere)
        assert done.returncode == 0, done.stderr
        return [Path(line) for line in done.stdout.splitlines()]

    def test_no_planted_file_is_loaded(self, host, system_folder, programs):
        host.plant(system_folder / "wer.dll", *LOADED)
        files = self.loaded(host, ADD_FOLDERS + "\n".join(reversed(programs.values())))
        assert [path for path in files if path.name in LOADED and path.is_relative_to(host.folder)] == []
        for name in set(LOADED) - {"faultrep.dll"}:  # which is for a function that `wer` has found by then
            [loaded] = of_name(files, name)
            assert same_file(loaded, system_folder / name)

    def test_the_trap_works(self, host, system_folder):
        host.plant(system_folder / "wer.dll", "wevtapi.dll")
        [loaded] = of_name(self.loaded(host, LOAD_BY_NAME.format(name="wevtapi.dll")), "wevtapi.dll")
        assert same_file(loaded, host.python.parent / "wevtapi.dll")

    def test_each_dll_that_they_import_is_there_or_python_s(self, place):
        there = in_every_process(place)
        for program in ("host.exe", "native_host.exe"):
            names = imported(Path(HOST).with_name(program).read_bytes())
            assert {name for name in names if not name.startswith("api-ms-win-crt-")} <= there


@once("3.11")
@pytest.mark.skipif(not os.environ.get("WERAPI_PYZ"), reason="needs wer.pyz, which dev.py test makes")
def test_nor_by_wer_pyz(place, system_folder, programs):
    """Beside the file, in the folder in which it keeps its package, and where all others are."""
    pyz = place.elsewhere / "wer.pyz"
    shutil.copy(os.environ["WERAPI_PYZ"], pyz)
    start = f"""
import contextlib, runpy, sys
kept = sys.argv
sys.argv = ["wer.pyz", "--version"]
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(sys.stderr):
    runpy.run_path({str(pyz)!r}, run_name="__main__")
sys.argv = [kept[0], sys.path[0], *kept[2:]]
"""
    local = place.folder / "local"
    place.run(start, LOCALAPPDATA=str(local))
    [extension] = local.rglob("*.pyd")
    place.package = extension.parent
    place.plant(system_folder / "wer.dll", *LOADED)
    code = start + ADD_FOLDERS + "\n".join(reversed(programs.values()))
    path = f"{place.elsewhere};{os.environ['PATH']}"
    lines = place.run(code + LIST_LOADED, str(place.elsewhere), LOCALAPPDATA=str(local), PATH=path)
    files = [Path(line) for line in lines]
    assert of_name(files, extension.name.lower()) == [extension]
    assert [path for path in files if path.name in LOADED and path.is_relative_to(place.folder)] == []
    for name in set(LOADED) - {"faultrep.dll"}:  # which is for a function that `wer` has found by then
        [loaded] = of_name(files, name)
        assert same_file(loaded, system_folder / name)


def loads(file):
    """The DLLs that a module of Python loads; what cannot be told is in it as it is written, and is no row's name."""
    text = file.read_text(encoding="utf-8")
    loading = {"WinDLL", "CDLL", "OleDLL", "PyDLL"} | ({"function"} if re.search(r"\b_dll\b", text) else set())
    for node in ast.walk(ast.parse(text)):
        name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
        if name not in loading:
            continue
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value.lower().removesuffix(".dll") + ".dll"
        elif file.name != "_dll.py":  # whose argument is what `function` is given
            yield f"{file.name}: {ast.unparse(node)}"


def test_c_loads_dlls_in_one_place_and_by_their_full_path():
    """What Windows would find for `dbghelp.dll` is not seen above where the stand-in is: it has loaded that before."""
    loading = []
    for file in [*(ROOT / "src").rglob("*.[ch]"), *(ROOT / "src").rglob("*.p[xy][xid]")]:
        if file.name != "_werapi.c":  # generated
            found = re.findall(
                r"\w*(?:LoadLibrary|LoadPackagedLibrary|LdrLoadDll)\w*\(.*", file.read_text(encoding="utf-8")
            )
            loading += [f"{file.name}: {line}" for line in found]
    assert loading == ["loadwer.c: LoadLibraryExW(path, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);"]


def test_the_extension_has_no_other_function_that_loads():
    """But for what the compiler brings for delayed imports: `use_system32` in loadwer.c answers before it is called."""
    [file] = Path(wer.__file__).parent.glob("*.pyd")
    with pefile.PE(str(file)) as parsed:
        names = {name.name for entry in parsed.DIRECTORY_ENTRY_IMPORT for name in entry.imports if name.name}
    loading = {name.decode() for name in names if b"LoadLibrary" in name or b"LdrLoad" in name}
    assert loading - {"LoadLibraryA", "LoadLibraryExA"} == {"LoadLibraryExW"}


def test_modules_load_dlls_from_system32_only():
    for file in Path(wer.__file__).parent.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"ctypes\.(util|windll|oledll|cdll)\b|\bLoadLibrary", text), file
        for line in re.findall(r"\bWinDLL\(.*", text):
            assert re.search(r"winmode=(0x800|_SYSTEM32|_SYSTEM32_ONLY)\)", line), f"{file.name}: {line}"


def test_a_planted_file_that_is_loaded_already_is_not_used(place, system_folder, standin):
    """Something else in the process was less careful; the calls still go to System32's."""
    planted = place.elsewhere / "wer.dll"
    shutil.copy(system_folder / "wer.dll", planted)
    load = f"import ctypes; planted = ctypes.WinDLL({str(planted)!r})\n"
    count = """
genuine = ctypes.WinDLL(SYSTEM32)
for dll in (planted, genuine):
    print(dll.WerStandInCalls("WerReportCreate"))
"""
    lines = place.run(load + USE_WER + count.replace("SYSTEM32", repr(str(system_folder / "wer.dll"))))
    assert [str(line) for line in lines] == ["0", "1"], "calls that reached the planted one, and System32's"


def test_import_says_why_there_is_no_wer_dll(standin, run_program):
    """A wer.dll that cannot be loaded; the stand-in refuses to load with commands that it does not know."""
    environment = {**os.environ, "WER_STANDIN": "no such command"}
    done = run_program([sys.executable, "-I", "-c", "import wer"], environment)
    assert done.returncode == 1
    message = done.stderr.splitlines()[-1]
    assert message.startswith("ImportError: wer.dll cannot be loaded from System32 (error 1114: "), done.stderr
    assert "Windows has it since Vista" in message


CALL_EACH = """
import wer
report = wer.Report("WerTests.Loading")
for call in (
    lambda: report.set_parameter(0, "value"),
    lambda: report.set_ui_option(1, "text"),
    lambda: report.add_file("file"),
    lambda: report.add_dump(),
    lambda: report.submit(wer.Consent.DENIED),
    lambda: wer.add_excluded_application("wer-tests.exe"),
    lambda: wer.remove_excluded_application("wer-tests.exe"),
):
    try:
        call()
    except NotImplementedError as error:
        print(error)
report.close()
"""


def test_a_function_that_this_wer_dll_lacks(without):
    """The package imports all the same, and what is there can be used."""
    functions = [
        "WerReportSetParameter",
        "WerReportSetUIOption",
        "WerReportAddFile",
        "WerReportAddDump",
        "WerReportSubmit",
        "WerAddExcludedApplication",
        "WerRemoveExcludedApplication",
    ]
    lines = without(functions, CALL_EACH)
    assert lines == [
        f"{function}: this machine's wer.dll does not have it; Windows has, since Vista" for function in functions
    ]

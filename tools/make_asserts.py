"""Write src/wer/native/asserts.h: every number of src/wer/werapi.py as an assertion that the C compiler checks.

``python3 tools/make_asserts.py`` writes it; ``--check`` only says whether it is up to date (exit 1 if not).
"""

import importlib
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "wer"
HEADER = PACKAGE / "native" / "asserts.h"

# Declared in these headers of the SDK. mingw-w64's copies lack the newer members or are not there at all, and the
# wheel's code does not use the names, so these are proved by the build with the SDK only.
SDK_HEADERS = ("dbghelp.h", "processsnapshot.h")
SDK_ENUMS = ("MinidumpType", "ThreadWriteFlags", "ModuleWriteFlags", "SnapshotFlags")

# The SDK defines these with HRESULT_FROM_WIN32, which is an inline function there and so no constant. It has the
# macro as well; while it stands in for the function, the SDK's own definitions are what is compared.
AS_A_MACRO = (
    '#pragma push_macro("HRESULT_FROM_WIN32")',
    "#undef HRESULT_FROM_WIN32",
    "#define HRESULT_FROM_WIN32(x) __HRESULT_FROM_WIN32(x)",
)
AS_IT_WAS = ('#pragma pop_macro("HRESULT_FROM_WIN32")',)


def load() -> ModuleType:
    """`wer.werapi`, without the package around it: the extension does not exist yet."""
    package = ModuleType("wer")
    package.__path__ = [str(PACKAGE)]
    sys.modules["wer"] = package
    return importlib.import_module("wer.werapi")


def render(values: ModuleType) -> str:
    plain: list[str] = []
    hresults: list[str] = []
    sdk_only: list[str] = []
    for name, value in vars(values).items():
        if name.startswith("_") or isinstance(value, ModuleType):
            continue
        if isinstance(value, str):
            plain.append(f"C_ASSERT(sizeof({name}) / sizeof({name}[0]) == {len(value) + 1}); /* {value} */")
            continue
        kind = type(value).__name__
        # An enum of C is signed: what needs its top bit has to be compared as unsigned.
        line = (
            f"C_ASSERT((DWORD){name} == {int(value):#x});" if value >= 1 << 31 else f"C_ASSERT({name} == {int(value)});"
        )
        if kind != "int":
            line += f" /* {kind}.{value.name} */"
        (sdk_only if kind in SDK_ENUMS else hresults if kind == "HResult" else plain).append(line)
    return "\n".join(
        [
            "/* Generated from werapi.py by tools/make_asserts.py: do not edit. */",
            "#ifndef WER_ASSERTS_H",
            "#define WER_ASSERTS_H",
            "",
            '#include "wer/werapi.h"',
            "",
            *plain,
            "",
            *AS_A_MACRO,
            *hresults,
            *AS_IT_WAS,
            "",
            "#ifdef _MSC_VER",
            *(f"#include <{header}>" for header in SDK_HEADERS),
            "",
            *sdk_only,
            "#endif",
            "",
            "#endif /* WER_ASSERTS_H */",
            "",
        ]
    )


def main(arguments: list[str]) -> int:
    text = render(load())
    if arguments == ["--check"]:
        if HEADER.exists() and HEADER.read_text(encoding="utf-8") == text:
            return 0
        print(f"{HEADER.relative_to(ROOT)} is not up to date: run python3 tools/make_asserts.py")
        return 1
    HEADER.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

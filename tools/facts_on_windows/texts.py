"""How long a text may be, and whether that counts the closing NUL."""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import ctypes
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from tools.facts_on_windows import api, guards, stored
from tools.facts_on_windows.asking import Asking
from tools.facts_on_windows.question import Answer, Needs, Unanswered, question


def answers_by_length(attempt: Callable[[str], int], lengths: Iterable[int], letter: str = "x") -> dict[str, object]:
    """Call `attempt` with a text of each length, and sum up which lengths got which HRESULT."""
    answers: list[tuple[int, int, str]] = []
    for length in sorted(set(lengths)):
        answer = api.named(attempt(letter * length))
        if answers and answers[-1][2] == answer:
            answers[-1] = (answers[-1][0], length, answer)
        else:
            answers.append((length, length, answer))
    return {f"{first} units" if first == last else f"{first} to {last} units": code for first, last, code in answers}


def around(*limits: int) -> list[int]:
    """Lengths to try: 1, and some on either side of each limit."""
    return [1, *(limit + step for limit in limits for step in range(-2, 4))]


def create(event: str) -> int:
    """WerReportCreate and, if there is a report, WerReportCloseHandle."""
    handle = ctypes.c_void_p()
    hr = api.call("WerReportCreate", event, 0, None, ctypes.byref(handle))
    if handle.value:
        api.call("WerReportCloseHandle", handle)
    return hr


@question("text-event", "WerReportCreate with names around 64 and 260 units; nothing is submitted")
def event_name(asking: Asking) -> Answer:
    """How long may the name of an event be?"""
    return answers_by_length(create, around(64, 128, 260))


@question("text-parameter-value", "WerReportSetParameter with values around 260 units")
def parameter_value(asking: Asking) -> Answer:
    """How long may a signature parameter's value be: does 260 count the NUL?"""
    with asking.report() as report:
        return answers_by_length(lambda text: report.set_parameter(2, text), around(260, 1024))


@question("text-parameter-name", "WerReportSetParameter with names around 128 units")
def parameter_name(asking: Asking) -> Answer:
    """How long may a signature parameter's name be: does 128 count the NUL?"""
    with asking.report() as report:
        return answers_by_length(lambda text: report.set_parameter(2, "value", text), around(128, 260))


@question("text-parameters-total", "WerReportSetParameter, 259 units each, then WerReportSubmit", Needs.HELD)
def parameters_total(asking: Asking) -> Answer:
    """Are parameters of more than WER_MAX_TOTAL_PARAM_LENGTH, 1720 units, refused, and where?"""
    with asking.report() as report:
        codes = [report.set_parameter(index, str(index) * 259) for index in range(2, 10)]
        refused = next((index for index, code in enumerate(codes, 2) if code & 0x80000000), None)
        if refused is not None:
            return {
                f"WerReportSetParameter of P{refused}, after {259 * (refused - 2)} units": api.named(codes[refused - 2])
            }
        hr, result = report.submit()
        found = report.find() if hr == 0 else None
        whole = found is not None and all(found.lines.get(f"Sig[{i}].Value") == str(i) * 259 for i in range(2, 10))
        return {
            "WerReportSetParameter": "S_OK for all, 2072 units and more",
            "WerReportSubmit": f"{api.named(hr)}, {api.result_name(result)}",
            "in Report.wer": "all of them" if whole else "not all of them" if found else "the report was not found",
        }


@question("text-cut", "a report with the longest parameters that are taken, read back from Report.wer", Needs.HELD)
def cut(asking: Asking) -> Answer:
    """Is a text that WerReportSetParameter takes stored whole?"""
    lengths = {2: 258, 3: 259, 4: 260, 5: 261}
    with asking.report() as report:
        codes = {
            index: report.set_parameter(index, "v" * length, "n" * (length - 132)) for index, length in lengths.items()
        }
        found = report.queued()
    answer = {}
    for index, length in lengths.items():
        if codes[index] & 0x80000000:
            answer[f"{length} units, named by {length - 132}"] = api.named(codes[index])
        else:
            value, name = (len(found.lines.get(f"Sig[{index}].{what}", "")) for what in ("Value", "Name"))
            answer[f"{length} units, named by {length - 132}"] = f"{value} are stored, {name} of the name"
    return answer


@question("text-ui-option", "WerReportSetUIOption with texts around 260, 512, 1024 and 65536 units")
def ui_option(asking: Asking) -> Answer:
    """How long may the text of a dialog be?"""
    with asking.report() as report:
        return answers_by_length(
            lambda text: api.call("WerReportSetUIOption", report.handle, 3, text),
            around(64, 128, 260, 512, 1024, 65536),
        )


@question("text-file-path", "WerReportAddFile with files that are there, their full paths around 260 units")
def file_path(asking: Asking) -> Answer:
    """How long may the path of a file be: 259 or 260 units?"""
    folder = asking.folder()
    with asking.report() as report:
        return answers_by_path_length(folder, lambda path: report.add_file(path))


def answers_by_path_length(folder: Path, attempt: Callable[[str], int]) -> dict[str, object]:
    """Make files whose paths have lengths around MAX_PATH, and call `attempt` with each."""
    base = folder / ("f" * 100)
    if len(str(base)) > 200:
        base = folder
    if len(str(base)) > 240:
        raise Unanswered(f"the folder for files has a path of {len(str(folder))} units already")
    os.makedirs(f"\\\\?\\{base}", exist_ok=True)
    answers: dict[str, object] = {}
    for length in range(256, 264):
        path = str(base) + "\\" + "a" * (length - len(str(base)) - 1)
        with open(f"\\\\?\\{path}", "wb"):
            pass
        answers[f"{length} units"] = api.named(attempt(path))
    return answers


@question("text-registered-path", "WerRegisterFile with full paths around 260 units, of no file")
def registered_path(asking: Asking) -> Answer:
    """How long may the path of a file be that is registered?"""

    def register(name: str) -> int:
        path = f"C:\\{name[3:]}"
        hr = api.call("WerRegisterFile", path, 2, 0)
        if not hr & 0x80000000:
            api.call("WerUnregisterFile", path)
        return hr

    return answers_by_length(register, [length for length in around(260, 512) if length > 3])


@question("text-metadata-key", "WerRegisterCustomMetadata with keys around 64 units")
def metadata_key(asking: Asking) -> Answer:
    """Does the limit of a custom metadata key, 64 characters, count the NUL?"""
    return answers_by_length(lambda text: register_metadata(text, "value"), around(64))


@question("text-metadata-value", "WerRegisterCustomMetadata with values around 128 units")
def metadata_value(asking: Asking) -> Answer:
    """Does the limit of a custom metadata value, 128 characters, count the NUL, and may it be empty?"""
    return answers_by_length(lambda text: register_metadata("key", text), [0, *around(128)])


def register_metadata(key: str, value: str) -> int:
    """WerRegisterCustomMetadata and, where that succeeded, its undoing."""
    hr = api.call("WerRegisterCustomMetadata", key, value)
    if not hr & 0x80000000:
        api.call("WerUnregisterCustomMetadata", key)
    return hr


@question("text-metadata-names", "WerRegisterCustomMetadata with the keys a.b, a-b, a:b, _a, é, 1a, 'a b', .a")
def metadata_names(asking: Asking) -> Answer:
    """Does WER take every XML name as a custom metadata key, and only those?"""
    return {
        repr(key): api.named(register_metadata(key, "value"))
        for key in ("a.b", "a-b", "a:b", "_a", "é", "1a", "a b", ".a")
    }


@question("text-local-dumps", "WerRegisterAppLocalDump with folders around 64 units, of a program that is not packaged")
def local_dumps(asking: Asking) -> Answer:
    """How long may the folder of app-local dumps be, and may a program that is not packaged have one?"""

    def register(text: str) -> int:
        hr = api.call("WerRegisterAppLocalDump", text)
        if not hr & 0x80000000:
            api.call("WerUnregisterAppLocalDump")
        return hr

    return answers_by_length(register, around(64))


@question("text-exclusion", "WerAddExcludedApplication for the user, with names around 260 units")
def exclusion(asking: Asking) -> Answer:
    """How long may the name of an excluded application be?"""

    def add(text: str) -> int:
        name = f"{stored.NAME}-{text[len(stored.NAME) + 1 :]}"
        asking.journal.expect_value("HKCU", rf"{guards.WER}\ExcludedApplications", name)
        hr = api.call("WerAddExcludedApplication", name, False)
        if not hr & 0x80000000:
            api.call("WerRemoveExcludedApplication", name, False)
        return hr

    return answers_by_length(add, [length for length in around(64, 260) if length > 20])


@question("text-structure", "WerReportCreate, each text of WER_REPORT_INFORMATION_V5 filled to its end without a NUL")
def structure(asking: Asking) -> Answer:
    """What does a text in the report information get that has no NUL?"""
    answer: dict[str, object] = {}
    for name, room in api.TEXTS.items():
        information = api.ReportInformation(dwSize=ctypes.sizeof(api.ReportInformation))
        api.fill(information, name, "x" * room)
        handle = ctypes.c_void_p()
        hr = api.call("WerReportCreate", stored.EVENT, 0, ctypes.byref(information), ctypes.byref(handle))
        if handle.value:
            api.call("WerReportCloseHandle", handle)
        answer[name] = api.named(hr)
    return answer

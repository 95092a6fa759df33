"""What a process registers with WER: limits, and the same entry twice. All of it ends with the question's process."""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import ctypes
import os
from collections.abc import Callable

from tools.facts_on_windows import api
from tools.facts_on_windows.asking import Asking
from tools.facts_on_windows.question import Answer, Needs, question


def up_to(most: int, register: Callable[[int], int]) -> str:
    """Register one after the other until it fails: how many succeeded, and the code."""
    for index in range(most):
        hr = register(index)
        if hr & 0x80000000:
            return f"{index} succeed, then {api.named(hr)}"
    return f"all {most} that were tried succeed"


@question(
    "register-513",
    "WerRegisterMemoryBlock of 600 different blocks; then one file, and one pair of metadata",
    Needs.ALONE,
)
def entries(asking: Asking) -> Answer:
    """What does the 513th registered entry get, and do files, blocks and metadata share the 512?"""
    space = ctypes.create_string_buffer(600 * 16)
    start = ctypes.addressof(space)
    answer: dict[str, object] = {
        "memory blocks": up_to(600, lambda index: api.call("WerRegisterMemoryBlock", start + 16 * index, 16)),
        "a file then": api.named(api.call("WerRegisterFile", r"C:\werapi-facts.txt", 2, 0)),
        "an excluded block then": api.named(api.call("WerRegisterExcludedMemoryBlock", start, 16)),
        "metadata then": api.named(api.call("WerRegisterCustomMetadata", "facts", "value")),
        "a process then": api.named(api.call("WerRegisterAdditionalProcess", asking.worker().pid, 0)),
    }
    return answer


@question(
    "register-limits", "WerRegister… of files, metadata, additional processes and modules until it fails", Needs.ALONE
)
def limits(asking: Asking) -> Answer:
    """How many entries of each kind may a process register, and what does the one after them get?"""
    context = ctypes.c_void_p(0)
    space = ctypes.create_string_buffer(600 * 16)
    start = ctypes.addressof(space)
    tried: dict[str, tuple[int, Callable[[int], int], Callable[[int], int]]] = {
        "metadata": (
            20,
            lambda index: api.call("WerRegisterCustomMetadata", f"key{index}", "value"),
            lambda index: api.call("WerUnregisterCustomMetadata", f"key{index}"),
        ),
        "additional processes": (
            10,
            lambda index: api.call("WerRegisterAdditionalProcess", 4 * (index + 250), 0),
            lambda index: api.call("WerUnregisterAdditionalProcess", 4 * (index + 250)),
        ),
        "runtime exception modules": (
            32,
            lambda index: api.call("WerRegisterRuntimeExceptionModule", rf"C:\werapi-facts\{index}.dll", context),
            lambda index: api.call("WerUnregisterRuntimeExceptionModule", rf"C:\werapi-facts\{index}.dll", context),
        ),
        "excluded blocks": (
            600,
            lambda index: api.call("WerRegisterExcludedMemoryBlock", start + 16 * index, 16),
            lambda index: api.call("WerUnregisterExcludedMemoryBlock", start + 16 * index),
        ),
        "files": (
            600,
            lambda index: api.call("WerRegisterFile", rf"C:\werapi-facts-{index}.txt", 2, 0),
            lambda index: api.call("WerUnregisterFile", rf"C:\werapi-facts-{index}.txt"),
        ),
    }
    answer: dict[str, object] = {}
    for name, (most, register, unregister) in tried.items():
        answer[name] = up_to(most, register)
        for index in range(most):
            unregister(index)
    return answer


@question("register-twice", "each WerRegister… twice with the same entry, WerUnregister… twice", Needs.ALONE)
def twice(asking: Asking) -> Answer:
    """What does the same entry get that is registered twice, and is it unregistered once or twice?"""
    space = ctypes.create_string_buffer(64)
    block = ctypes.addressof(space)
    pid = asking.worker().pid
    path, dll, context = r"C:\werapi-facts.txt", r"C:\werapi-facts.dll", ctypes.c_void_p(block)
    calls: dict[str, tuple[tuple[object, ...], tuple[object, ...], tuple[object, ...]]] = {
        "a file": (("WerRegisterFile", path, 2, 0), ("WerRegisterFile", path, 1, 2), ("WerUnregisterFile", path)),
        "a block": (
            ("WerRegisterMemoryBlock", block, 32),
            ("WerRegisterMemoryBlock", block, 64),
            ("WerUnregisterMemoryBlock", block),
        ),
        "an excluded block": (
            ("WerRegisterExcludedMemoryBlock", block, 32),
            ("WerRegisterExcludedMemoryBlock", block, 64),
            ("WerUnregisterExcludedMemoryBlock", block),
        ),
        "metadata": (
            ("WerRegisterCustomMetadata", "key", "one"),
            ("WerRegisterCustomMetadata", "key", "two"),
            ("WerUnregisterCustomMetadata", "key"),
        ),
        "a process": (
            ("WerRegisterAdditionalProcess", pid, 0),
            ("WerRegisterAdditionalProcess", pid, 0),
            ("WerUnregisterAdditionalProcess", pid),
        ),
        "a module": (
            ("WerRegisterRuntimeExceptionModule", dll, context),
            ("WerRegisterRuntimeExceptionModule", dll, context),
            ("WerUnregisterRuntimeExceptionModule", dll, context),
        ),
    }
    answer: dict[str, object] = {}
    for name, (first, other, undo) in calls.items():
        codes = [_call(first), _call(first), _call(other), _call(undo), _call(undo), _call(undo)]
        answer[name] = (
            f"register {codes[0]}, again {codes[1]}, with other data {codes[2]}; unregister {', '.join(codes[3:])}"
        )
    return answer


def _call(words: tuple[object, ...]) -> str:
    return api.named(api.call(str(words[0]), *words[1:]))


@question("register-arguments", "WerRegister… with odd arguments", Needs.ALONE)
def arguments(asking: Asking) -> Answer:
    """What do registrations answer to a relative path, an empty or too large block, a process that is not there?"""
    space = ctypes.create_string_buffer(70000)
    block = ctypes.addressof(space)
    tried: dict[str, tuple[object, ...]] = {
        "a relative path": ("WerRegisterFile", "werapi-facts.txt", 2, 0),
        "a path of no file": ("WerRegisterFile", r"C:\werapi-facts-nothing.txt", 2, 0),
        "unknown flags": ("WerRegisterFile", r"C:\werapi-facts-flags.txt", 2, 0x100),
        "a block of 0 bytes": ("WerRegisterMemoryBlock", block, 0),
        "a block of 65536 bytes": ("WerRegisterMemoryBlock", block, 65536),
        "a block of 65537 bytes": ("WerRegisterMemoryBlock", block, 65537),
        "a block at 0": ("WerRegisterMemoryBlock", None, 16),
        "a process that is not there": ("WerRegisterAdditionalProcess", 0xFFFFFFF0, 0),
        "this process": ("WerRegisterAdditionalProcess", os.getpid(), 0),
        "a DLL that is not there": ("WerRegisterRuntimeExceptionModule", r"C:\werapi-facts-nothing.dll", None),
        "to unregister what is not registered": ("WerUnregisterFile", r"C:\werapi-facts-never.txt"),
    }
    return {name: _call(words) for name, words in tried.items()}

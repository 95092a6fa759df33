"""DumpOptions and ExceptionInformation check their limits when they are made."""

import copy
import pickle

import pytest

import wer

DWORD_FIELDS = {
    "dump_flags": wer.DumpMask.DUMPTYPE,
    "exception_thread_flags": wer.DumpMask.THREADFLAGS,
    "exception_thread_ex_flags": wer.DumpMask.THREADFLAGS_EX,
    "other_thread_flags": wer.DumpMask.OTHERTHREADFLAGS,
    "other_thread_ex_flags": wer.DumpMask.OTHERTHREADFLAGS_EX,
    "preferred_module_flags": wer.DumpMask.PREFERRED_MODULESFLAGS,
    "other_module_flags": wer.DumpMask.OTHER_MODULESFLAGS,
    "preferred_module_reset_flags": wer.DumpMask.PREFERRED_MODULESFLAGS,
    "other_module_reset_flags": wer.DumpMask.PREFERRED_MODULESFLAGS,
    "thread_id": wer.DumpMask(0),
}
POINTER_FIELDS = ("dump_key", "snapshot")


def test_nothing_given_is_an_empty_v1():
    options = wer.DumpOptions()
    assert (options.mask, options.version) == (0, 1)


@pytest.mark.parametrize(("field", "mask"), DWORD_FIELDS.items())
def test_each_field_sets_its_mask_bit(field, mask):
    options = wer.DumpOptions(**{field: 0})
    assert options.mask == mask, "0 is a value: it was given"
    assert getattr(options, field) == 0


@pytest.mark.parametrize("value", [True, False])
def test_only_this_thread(value):
    options = wer.DumpOptions(only_this_thread=value)
    assert options.mask == wer.DumpMask.ONLY_THISTHREAD
    assert options.only_this_thread is value


@pytest.mark.parametrize(
    ("field", "version"),
    [
        ("dump_flags", 1),
        ("preferred_module_reset_flags", 2),
        ("other_module_reset_flags", 2),
        ("dump_key", 3),
        ("snapshot", 3),
        ("thread_id", 3),
    ],
)
def test_version_is_the_smallest_that_holds_the_field(field, version):
    assert wer.DumpOptions(**{field: 1}).version == version


@pytest.mark.parametrize("field", [*DWORD_FIELDS, *POINTER_FIELDS])
def test_field_limits(field):
    top = (1 << (64 if field in POINTER_FIELDS else 32)) - 1
    assert getattr(wer.DumpOptions(**{field: top}), field) == top
    for value in (-1, top + 1):
        with pytest.raises(ValueError, match=rf"{field} must be 0 to {top:#x}.*got {value}"):
            wer.DumpOptions(**{field: value})


@pytest.mark.parametrize("field", [*DWORD_FIELDS, *POINTER_FIELDS])
@pytest.mark.parametrize("value", ["1", 1.0, True])
def test_field_types(field, value):
    with pytest.raises(TypeError, match=f"{field} must be an int, got {type(value).__name__}"):
        wer.DumpOptions(**{field: value})


def test_only_this_thread_takes_no_number():
    with pytest.raises(TypeError, match="only_this_thread must be a bool, got int"):
        wer.DumpOptions(only_this_thread=1)


def test_modules_fill_the_buffer_to_the_last_unit():
    names = ["m" * 127, "n" * 126]  # 127 + 1 + 126 + 1, and one more NUL: 256
    assert wer.DumpOptions(preferred_modules=iter(names)).preferred_modules == tuple(names)
    with pytest.raises(ValueError, match=r"at most 256 UTF-16 units in all.*got 257"):
        wer.DumpOptions(preferred_modules=["m" * 127, "n" * 127])


def test_modules_count_utf16_units():
    astral = "\N{PILE OF POO}"
    wer.DumpOptions(preferred_modules=[astral * 127])
    with pytest.raises(ValueError, match="got 258"):
        wer.DumpOptions(preferred_modules=[astral * 128])


@pytest.mark.parametrize(
    ("modules", "text"),
    [
        (["a"] * 129, "at most 128 names, got 129"),
        (["a", ""], "empty name"),
        (["a\0b\0"], "NUL at 1"),
        ([r"C:\a.dll"], "without a path"),
        (["x/a.dll"], "without a path"),
        (["*", "a.dll"], "must stand alone"),
    ],
)
def test_modules_that_wer_would_misread(modules, text):
    with pytest.raises(ValueError, match=text):
        wer.DumpOptions(preferred_modules=modules)


def test_as_many_modules_as_wer_takes():
    names = ["a"] * 127 + ["b"]  # which fills the buffer, too, but for the last NUL's room
    with pytest.raises(ValueError, match=r"at most 256 UTF-16 units in all.*got 257"):
        wer.DumpOptions(preferred_modules=names)
    assert len(wer.DumpOptions(preferred_modules=names[1:]).preferred_modules) == 127


@pytest.mark.parametrize(
    ("modules", "text"),
    [
        ("a.dll", r"preferred_modules must be several names, e\.g\. \['a\.dll'\], got a str"),
        ([b"a.dll"], "preferred_modules must hold str, got bytes"),
        (5, "'int' object is not iterable"),
    ],
)
def test_modules_of_the_wrong_type(modules, text):
    with pytest.raises(TypeError, match=f"^{text}$"):
        wer.DumpOptions(preferred_modules=modules)


def test_all_modules():
    options = wer.DumpOptions(preferred_modules=["*"])
    assert options.mask == wer.DumpMask.PREFERRED_MODULE_LIST


def test_options_are_values():
    options = wer.DumpOptions(dump_flags=wer.MiniDumpWithFullMemory, preferred_modules=["a.dll"])
    assert options == wer.DumpOptions(dump_flags=2, preferred_modules=("a.dll",))
    assert options != wer.DumpOptions(dump_flags=2)
    assert options != "options"
    assert hash(options) == hash(copy.copy(options)) != hash(wer.DumpOptions(dump_flags=2))
    assert pickle.loads(pickle.dumps(options)) == options  # noqa: S301
    assert repr(options) == ("DumpOptions(dump_flags=<MinidumpType.WITH_FULL_MEMORY: 2>, preferred_modules=('a.dll',))")
    with pytest.raises(AttributeError, match=r"^DumpOptions cannot be changed: make a new one$"):
        options.dump_flags = 3
    with pytest.raises(AttributeError, match=r"^DumpOptions cannot be changed: make a new one$"):
        del options.dump_flags


def test_exception_information():
    exception = wer.ExceptionInformation(0x1000)
    assert (exception.pointers, exception.client_pointers) == (0x1000, False)
    assert exception == wer.ExceptionInformation(4096, client_pointers=False)
    assert exception != wer.ExceptionInformation(4096, True)
    assert pickle.loads(pickle.dumps(exception)) == exception  # noqa: S301
    with pytest.raises(AttributeError, match=r"^ExceptionInformation cannot be changed: make a new one$"):
        exception.pointers = 1


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((0,), ValueError, "pointers is 0"),
        ((-1,), ValueError, "pointers must be 0 to"),
        ((1 << 64,), ValueError, "pointers must be 0 to"),
        ((None,), TypeError, "pointers must be an int, got NoneType"),
        ((1, 1), TypeError, "client_pointers must be a bool, got int"),
    ],
)
def test_exception_information_refuses(arguments, error, text):
    with pytest.raises(error, match=text):
        wer.ExceptionInformation(*arguments)

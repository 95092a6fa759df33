"""_enums.py against Microsoft's metadata and SDK header, as tests/data/werapi.json holds them."""

import enum
import json
import pickle
import re
from pathlib import Path

import pytest

import wer

FACTS = json.loads((Path(__file__).parent.parent / "data" / "werapi.json").read_text(encoding="utf-8"))

CLASSES = {
    "WER_REPORT_TYPE": wer.ReportType,
    "WER_CONSENT": wer.Consent,
    "WER_DUMP_TYPE": wer.DumpType,
    "WER_FILE_TYPE": wer.FileType,
    "WER_REGISTER_FILE_TYPE": wer.RegisterFileType,
    "WER_REPORT_UI": wer.ReportUI,
    "WER_SUBMIT_RESULT": wer.SubmitResult,
    "REPORT_STORE_TYPES": wer.StoreType,
}
ERRORREP_ONLY = {"EFaultRepRetVal"}  # errorrep.h's ReportFault, superseded since Vista; not werapi.h

FLAGS = {
    "WER_FAULT_REPORTING_": wer.FaultReportingFlags,
    "WER_SUBMIT_": wer.SubmitFlags,
    "WER_FILE_": wer.FileFlags,
    "WER_DUMP_MASK_": wer.DumpMask,
    "WER_DUMP_": wer.DumpFlags,
}


def test_every_enum_of_the_header_has_a_class():
    assert set(FACTS["enums"]) - ERRORREP_ONLY == set(CLASSES)


@pytest.mark.parametrize("name", CLASSES)
def test_enum_has_every_member_under_its_c_name(name):
    kind = CLASSES[name]
    assert issubclass(kind, enum.IntEnum)
    members = FACTS["enums"][name]
    markers = {c_name for c_name in members if c_name.endswith(("Max", "Invalid", "INVALID"))}
    assert sorted(kind) == sorted(value for c_name, value in members.items() if c_name not in markers)
    for c_name, value in members.items():
        member = getattr(wer, c_name)
        assert member == value
        assert type(member) is (int if c_name in markers else kind)
        assert getattr(wer.werapi, c_name) is member


def test_every_number_is_one_that_the_c_compiler_proves():
    """On Windows, by the SDK's headers. Here is seen that it is shown these: what is written into native/asserts.h."""
    header = (Path(__file__).parents[2] / "src/wer/native/asserts.h").read_text(encoding="utf-8")
    proved = {name: int(number, 0) for name, number in re.findall(r"C_ASSERT\((?:\(DWORD\))?(\w+) == (\S+)\);", header)}
    ours = {name: int(value) for name, value in vars(wer.werapi).items() if isinstance(value, int)}
    assert len(ours) > 150
    assert proved == ours


@pytest.mark.parametrize("name", FACTS["constants"])
def test_constant_has_its_value(name):
    value = getattr(wer, name)
    assert value == FACTS["constants"][name]
    kind = next((kind for prefix, kind in FLAGS.items() if name.startswith(prefix)), type(FACTS["constants"][name]))
    assert type(value) is kind


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        ("minidump_type", wer.MinidumpType),
        ("thread_write_flags", wer.ThreadWriteFlags),
        ("module_write_flags", wer.ModuleWriteFlags),
    ],
)
def test_dbghelp_flags(table, kind):
    for name, value in FACTS[table].items():
        assert getattr(wer, name) == value
        assert type(getattr(wer, name)) is kind
    assert set(kind.__members__.values()) == set(FACTS[table].values())


def test_hresults_are_signed_and_complete():
    expected = {
        name: int(code, 16) for name, code in FACTS["hresults"].items() if not name.startswith("HRESULT_FROM_WIN32")
    }
    assert {member.name: member.value & 0xFFFFFFFF for member in wer.HResult} == expected
    assert wer.WER_E_NOT_FOUND == wer.HResult.WER_E_NOT_FOUND == -2147023728


def test_dump_type_contents_can_be_written_with_the_flags():
    heap = wer.MinidumpType(FACTS["dump_type_values"]["WerDumpTypeHeapDump"]["win7_and_later"])
    assert heap & wer.MinidumpType.WITH_PRIVATE_READ_WRITE_MEMORY
    assert not heap & wer.MinidumpType.WITH_FULL_MEMORY


def test_members_print_as_their_names_and_are_numbers_all_the_same():
    assert f"{wer.Consent.NOT_ASKED}" == str(wer.Consent.NOT_ASKED) == "Consent.NOT_ASKED"
    assert f"{wer.Consent.NOT_ASKED:02d} {wer.Consent.DENIED:x}" == "01 3"
    assert "%d" % wer.Consent.DENIED == "3"  # noqa: UP031 - what is tested
    both = wer.SubmitFlags.QUEUE | wer.SubmitFlags.NO_QUEUE
    assert f"{both}" == str(both) == "SubmitFlags.QUEUE|NO_QUEUE"
    assert f"{both:#x}" == "0x84"
    assert json.dumps([wer.Consent.DENIED, both]) == "[3, 132]"


@pytest.mark.parametrize("number", [0, 13, 99, -1, 0x7FFFFFFF])
def test_a_result_that_is_not_known_keeps_its_number_and_says_so(number):
    result = wer.SubmitResult(number)
    assert type(result) is wer.SubmitResult
    assert result == number
    assert str(result) == f"SubmitResult.UNKNOWN_{number}"
    assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301 - our own
    assert result not in list(wer.SubmitResult)


def test_a_result_is_a_number():
    with pytest.raises(ValueError, match="'queued' is not a valid SubmitResult"):
        wer.SubmitResult("queued")


def test_flags_keep_bits_they_do_not_know():
    assert int(wer.SubmitFlags(0x08010000)) == 0x08010000

"""read_report: Report.wer files as Windows writes them, as the stand-in does, and damaged in every way we thought of.

Those in tests/data/reports are published ones of Windows 7 to 11 and Server, with names, paths and ids replaced: keys
and their order, the localized names, encodings and line ends are Windows'. expected.json was made by another parser.
"""

import dataclasses
import json
import os
import pickle
import random
import re
import sys
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from once import once

import wer
from wer import read_report
from wer._stored import ReportFile, SignatureParameter, StoredReport, complete_signature, from_filetime

BOM = b"\xff\xfe"
REPORTS = Path(__file__).parents[1] / "data" / "reports"
EXPECTED = json.loads((REPORTS / "expected.json").read_text(encoding="utf-8"))
ENCODINGS = {
    "UTF-16LE with BOM": ("utf-16-le", BOM),
    "UTF-16LE": ("utf-16-le", b""),
    "UTF-16BE with BOM": ("utf-16-be", b"\xfe\xff"),
    "UTF-16BE": ("utf-16-be", b""),
    "UTF-8 with BOM": ("utf-8", b"\xef\xbb\xbf"),
    "UTF-8": ("utf-8", b""),
}

# The order of names in a file from Windows 10, as it is after the upload.
WINDOWS_10 = r"""
Version=1
EventType=APPCRASH
EventTime=133774848001234567
ReportType=2
Consent=1
UploadTime=133774848605000000
ReportStatus=268435456
ReportIdentifier=6f0c0a52-9d3b-4c55-8a43-0d7c5fb1a9e4
IntegratorReportIdentifier=0b9a7b1d-45c2-4f0e-9f54-6d0a1f5d2c11
Wow64Host=34404
NsAppName=spooler.exe
OriginalFilename=spooler.exe
AppSessionGuid=00001a2c-0001-0042-9c1e-2f3d4c5b6a79
TargetAppId=W:0000aaaa!0000bbbb!spooler.exe
BootId=4294967295
IsFatal=4294967295
Response.BucketId=00112233445566778899aabbccddeeff
Response.BucketTable=4
Response.LegacyBucketId=2221943892575779112
Response.type=4
Response.CabId=2154498584323680636
Sig[0].Name=Application Name
Sig[0].Value=spooler.exe
Sig[1].Name=Application Version
Sig[1].Value=4.2.1.0
Sig[6].Name=Exception Code
Sig[6].Value=c0000005
DynamicSig[1].Name=Betriebsystemversion
DynamicSig[1].Value=10.0.19045.2.0.0.256.48
DynamicSig[2].Name=Gebietsschema-ID
DynamicSig[2].Value=1031
DynamicSig[22].Name=Zusatzinformation 1
DynamicSig[22].Value=1f2e
UI[2]=C:\Spool\spooler.exe
LoadedModule[0]=C:\Spool\spooler.exe
LoadedModule[1]=C:\Windows\SYSTEM32\ntdll.dll
State[0].Key=Transport.DoneStage1
State[0].Value=1
OsInfo[0].Key=vermaj
OsInfo[0].Value=10
OsInfo[1].Key=ring
File[0].CabName=minidump.mdmp
File[0].Path=WER1A2B.tmp.mdmp
File[0].Flags=539033600
File[0].Type=2
File[0].Original.Path=\\?\C:\ProgramData\Microsoft\Windows\WER\Temp\WER1A2B.tmp.mdmp
File[1].CabName=memory.hdmp
File[1].Flags=65538
File[1].Type=77
FriendlyEventName=Funktioniert nicht mehr
ConsentKey=APPCRASH
AppName=Spooler=1
AppPath=C:\Spool\spooler.exe
ReportDescription=
NsPartner=windows
NsGroup=windows8
ApplicationIdentity=00112233445566778899AABBCCDDEEFF
MetadataHash=-1427362016
""".strip().splitlines()

# What tests/standin/report_wer.c writes.
STANDIN = r"""
Version=1
EventType=Spooler.Stuck
EventTime=133774848001234567
ReportType=0
Consent=1
ReportStatus=0
ReportIdentifier=6f0c0a52-9d3b-4c55-8a43-0d7c5fb1a9e4
IntegratorReportIdentifier=0b9a7b1d-45c2-4f0e-9f54-6d0a1f5d2c11
Wow64Host=34404
NsAppName=Spooler
Sig[0].Name=Version
Sig[0].Value=4.2.1
DynamicSig[1].Name=OS Version
DynamicSig[1].Value=10.0.19043.2.0.0.256.48
DynamicSig[2].Name=Locale ID
DynamicSig[2].Value=1033
UI[3]=The spooler is stuck
LoadedModule[0]=C:\Python\python.exe
File[0].CabName=minidump.mdmp
File[0].Path=minidump.mdmp
File[0].Flags=0
File[0].Type=2
File[0].Original.Path=C:\Temp\WER0001.tmp.mdmp
FriendlyEventName=Spooler.Stuck
ConsentKey=Spooler.Stuck
AppName=Spooler
AppPath=C:\Python\python.exe
NsPartner=windows
NsGroup=windows8
ApplicationIdentity=00000000000000000000000000000000
MetadataHash=12345
""".strip().splitlines()


def encode(lines, *, bom=BOM, end="\r\n", encoding="utf-16-le"):
    return bom + "".join(line + end for line in lines).encode(encoding, "surrogatepass")


@pytest.fixture
def read(tmp_path):
    """Read a report with these bytes or these lines."""

    def read_bytes(content):
        path = tmp_path / "Report.wer"
        path.write_bytes(content if isinstance(content, bytes) else encode(content))
        return read_report(path)

    return read_bytes


def properties(report):
    """What it means: every property has to come back, whatever is in the report."""
    names = [name for name, value in vars(StoredReport).items() if isinstance(value, property)]
    assert "exception_code" in names
    return {name: getattr(report, name) for name in names}


# ---- files of Windows ----

# Names of lines that become fields; all others belong in `extra`.
KNOWN = re.compile(
    r"EventType|EventTime|ReportType|Consent|UploadTime|ReportStatus|(Integrator)?ReportIdentifier"
    r"|Response\.(BucketId|LegacyBucketId|CabId)|(Dynamic)?Sig\[\d+\]\.(Name|Value)|LoadedModule\[\d+\]"
    r"|File\[\d+\]\.(CabName|Path|Flags|Type|Original\.Path)"
    r"|FriendlyEventName|ConsentKey|AppName|AppPath|ReportDescription|NsPartner|NsGroup"
)


def sample_text(name):
    content = (REPORTS / f"{name}.wer").read_bytes()
    return content.removeprefix(BOM).decode("utf-16-le")


@pytest.mark.parametrize("name", EXPECTED)
def test_sample(name):
    expected = dict(EXPECTED[name])
    path = REPORTS / f"{name}.wer"
    text = sample_text(name)
    assert path.read_bytes().startswith(BOM) == expected.pop("has_bom")
    assert text.endswith("\n") == expected.pop("last_line_has_an_end")
    lines = text.splitlines()
    assert len(lines) == expected.pop("lines")
    report = read_report(path)
    found = dataclasses.asdict(report)
    assert found.pop("key") == str(REPORTS)
    assert found.pop("bucket_id") is found.pop("size") is None
    pairs = [line.partition("=")[::2] for line in lines]
    assert found.pop("extra") == tuple(pair for pair in pairs if not KNOWN.fullmatch(pair[0]))
    for field in ("created", "uploaded"):
        found[field] = found[field] and found[field].isoformat()
    for field in ("report_id", "integrator_report_id"):
        found[field] = found[field] and str(found[field])
    for field in ("signature", "dynamic_signature", "loaded_modules", "files"):
        found[field] = list(found[field])
    assert found == expected


def test_what_nobody_has_told_is_none_or_an_empty_tuple():
    report = StoredReport(key="x", event_type="X")
    told = {field.name: getattr(report, field.name) for field in dataclasses.fields(report)}
    assert {name: value for name, value in told.items() if value is not None} == {
        "key": "x",
        "event_type": "X",
        "signature": (),
        "extra": (),
    }
    assert set(dataclasses.astuple(ReportFile())) == {None}


def test_every_sample_is_tested():
    files = {path.name for path in REPORTS.glob("*.wer")}
    assert files == {f"{name}.wer" for name in EXPECTED} | SAME_REPORT.keys() | DAMAGED.keys()
    assert len(files) == 23


# Other forms of one report; of the last two, the end is missing, and nothing in them tells.
SAME_REPORT = {
    "variant-utf16be-moappcrash.wer": ("MetadataHash", "-2139705494"),
    "variant-pasted-utf8-moappcrash.wer": ("MetadataHash", "-2139705494"),
    "variant-pasted-utf8-bom-crlf-moappcrash.wer": ("MetadataHash", "-2139705494"),
    "damaged-cut-in-metadatahash.wer": ("MetadataHash", "-21397054"),
    "damaged-cut-before-metadatahash.wer": None,
}


@pytest.mark.parametrize(("name", "last"), SAME_REPORT.items())
def test_the_same_report_in_another_form(name, last):
    whole = read_report(REPORTS / "win10-19045-moappcrash-en_US.wer")
    extra = whole.extra[:-1] if last is None else (*whole.extra[:-1], last)
    assert read_report(REPORTS / name) == dataclasses.replace(whole, extra=extra)


DAMAGED = {
    "damaged-all-nul.wer": (1, "expected text in UTF-16 or UTF-8, found the bytes 00 00 00"),
    "not-a-report-thumbs.wer": (1, "expected text in UTF-16 or UTF-8, found the bytes 00 00 b7"),
    "damaged-cut-in-line-moappcrash.wer": (48, "expected two bytes for each character, found one at the end"),
    "damaged-nul-tail-moappcrash.wer": (60, "expected text, found a NUL as character 5"),
}


@pytest.mark.parametrize(("name", "number", "text"), [(name, *what) for name, what in DAMAGED.items()])
def test_damaged_samples_name_the_line(name, number, text):
    with pytest.raises(ValueError, match=text) as caught:
        read_report(REPORTS / name)
    assert str(caught.value).startswith(f"{REPORTS / name}, line {number}: ")


@pytest.mark.parametrize(("encoding", "bom"), ENCODINGS.values(), ids=ENCODINGS)
@pytest.mark.parametrize("name", EXPECTED)
def test_every_encoding(read, tmp_path, name, encoding, bom):
    report = read(bom + sample_text(name).encode(encoding))
    assert report == dataclasses.replace(read_report(REPORTS / f"{name}.wer"), key=str(tmp_path))


# ---- good files ----


def test_windows_10(read, tmp_path):
    assert read(WINDOWS_10) == StoredReport(
        key=str(tmp_path),
        event_type="APPCRASH",
        signature=(
            SignatureParameter(0, "Application Name", "spooler.exe"),
            SignatureParameter(1, "Application Version", "4.2.1.0"),
            *(SignatureParameter(index) for index in range(2, 6)),
            SignatureParameter(6, "Exception Code", "c0000005"),
        ),
        dynamic_signature=(
            SignatureParameter(1, "Betriebsystemversion", "10.0.19045.2.0.0.256.48"),
            SignatureParameter(2, "Gebietsschema-ID", "1031"),
            SignatureParameter(22, "Zusatzinformation 1", "1f2e"),
        ),
        report_type=wer.ReportType.APPLICATION_CRASH,
        consent=wer.Consent.NOT_ASKED,
        created=datetime(2024, 12, 1, 0, 0, 0, 123456, tzinfo=UTC),
        uploaded=datetime(2024, 12, 1, 0, 1, 0, 500000, tzinfo=UTC),
        status=0x10000000,
        report_id=UUID("6f0c0a52-9d3b-4c55-8a43-0d7c5fb1a9e4"),
        integrator_report_id=UUID("0b9a7b1d-45c2-4f0e-9f54-6d0a1f5d2c11"),
        bucket_id=None,
        bucket_id_string="00112233445566778899aabbccddeeff",
        legacy_bucket_id=2221943892575779112,
        cab_id="2154498584323680636",
        size=None,
        files=(
            ReportFile(
                "minidump.mdmp",
                "WER1A2B.tmp.mdmp",
                wer.FileType.MINIDUMP,
                wer.FileFlags(0x20210000),
                r"\\?\C:\ProgramData\Microsoft\Windows\WER\Temp\WER1A2B.tmp.mdmp",
            ),
            ReportFile("memory.hdmp", None, 77, wer.FileFlags(0x10002), None),
        ),
        loaded_modules=(r"C:\Spool\spooler.exe", r"C:\Windows\SYSTEM32\ntdll.dll"),
        friendly_event_name="Funktioniert nicht mehr",
        application_name="Spooler=1",
        application_path=r"C:\Spool\spooler.exe",
        description="",
        consent_key="APPCRASH",
        namespace_partner="windows",
        namespace_group="windows8",
        extra=(
            ("Version", "1"),
            ("Wow64Host", "34404"),
            ("NsAppName", "spooler.exe"),
            ("OriginalFilename", "spooler.exe"),
            ("AppSessionGuid", "00001a2c-0001-0042-9c1e-2f3d4c5b6a79"),
            ("TargetAppId", "W:0000aaaa!0000bbbb!spooler.exe"),
            ("BootId", "4294967295"),
            ("IsFatal", "4294967295"),
            ("Response.BucketTable", "4"),
            ("Response.type", "4"),
            ("UI[2]", r"C:\Spool\spooler.exe"),
            ("State[0].Key", "Transport.DoneStage1"),
            ("State[0].Value", "1"),
            ("OsInfo[0].Key", "vermaj"),
            ("OsInfo[0].Value", "10"),
            ("OsInfo[1].Key", "ring"),
            ("ApplicationIdentity", "00112233445566778899AABBCCDDEEFF"),
            ("MetadataHash", "-1427362016"),
        ),
    )


def test_values_have_the_types_of_the_package(read):
    report = read(WINDOWS_10)
    assert type(report.report_type) is wer.ReportType
    assert type(report.consent) is wer.Consent
    assert type(report.files[0].file_type) is wer.FileType
    assert type(report.files[1].file_type) is int, "a file type that this version does not know"
    assert wer.FileFlags.ANONYMOUS_DATA in report.files[1].flags
    assert report.created.utcoffset().total_seconds() == 0


def test_standin(read):
    report = read(STANDIN)
    assert (report.event_type, report.report_type, report.status) == ("Spooler.Stuck", 0, 0)
    assert report.signature == (SignatureParameter(0, "Version", "4.2.1"),)
    assert [parameter.index for parameter in report.dynamic_signature] == [1, 2]
    assert [file.name for file in report.files] == ["minidump.mdmp"]
    assert dict(report.extra)["UI[3]"] == "The spooler is stuck"
    assert report.uploaded is report.cab_id is report.bucket_id_string is report.description is None


def test_unknown_is_not_empty(read):
    report = read(["EventType=E", "AppName=", "EventTime=", "UploadTime=0", "ReportIdentifier=", "Consent="])
    assert report.application_name == ""
    assert report.application_path is None
    assert report.created is report.uploaded is report.report_id is report.consent is None
    assert report.signature == report.dynamic_signature == report.files == report.loaded_modules == ()


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize(("encoding", "bom"), ENCODINGS.values(), ids=ENCODINGS)
def test_ends_and_encodings(read, end, encoding, bom):
    assert read(encode(WINDOWS_10, end=end, bom=bom, encoding=encoding)) == read(WINDOWS_10)


@pytest.mark.parametrize("last", ["MetadataHash=5", "MetadataHash=-2147483648", "METADATAHASH=5", "MetadataHash=5\r"])
def test_the_last_line_of_windows_10_has_no_end(read, last):
    assert read(encode(WINDOWS_10[:-1]) + last.encode("utf-16-le")) == read([*WINDOWS_10[:-1], last.removesuffix("\r")])


@pytest.mark.parametrize(
    "last", ["MetadataHash=", "MetadataHash=-", "MetadataHash=5x", "MetadataHash", "BootId=5", " "]
)
def test_any_other_last_line_without_an_end_is_damage(read, last):
    number = len(WINDOWS_10)
    with pytest.raises(ValueError, match=rf"line {number}: expected a line break, found the end of the file after "):
        read(encode(WINDOWS_10[:-1]) + last.encode("utf-16-le"))


def test_order_does_not_matter(read):
    order = random.Random(1)  # noqa: S311
    for _ in range(20):
        lines = order.sample(WINDOWS_10, len(WINDOWS_10))
        report = read(lines)
        assert sorted(report.extra) == sorted(read(WINDOWS_10).extra)
        assert dataclasses.replace(report, extra=()) == dataclasses.replace(read(WINDOWS_10), extra=())


def test_case_does_not_matter(read):
    lines = ["EVENTTYPE=E", "sig[0].NAME=n", "SIG[0].value=V", "response.bucketid=LKD_Name", "BootID=1"]
    report = read(lines)
    assert (report.event_type, report.signature) == ("E", (SignatureParameter(0, "n", "V"),))
    assert report.bucket_id_string == "LKD_Name"
    assert report.extra == (("BootID", "1"),)


def test_blank_lines_and_repetitions(read):
    report = read(["EventType=E", "", "EventType=E", "BootId=1", "  ", "BootId=2"])
    assert (report.event_type, report.extra) == ("E", (("BootId", "1"), ("BootId", "2")))


@pytest.mark.parametrize(
    "text", ["\ud83d", "a\udc00b", "\N{PILE OF POO}", "\u0a0a\u0d0d", "a\rb", "\x1a", "\x85\u2028"]
)
def test_text_is_kept(read, text):
    """Names on NTFS are any UTF-16 units; and none of these ends a line."""
    for encoding, bom in ENCODINGS.values():
        content = encode(["EventType=E", f"AppPath={text}"], encoding=encoding, bom=bom)
        assert read(content).application_path == text


def test_folder_and_relative_path(tmp_path, monkeypatch):
    folder = tmp_path / "AppCrash_spooler.exe"
    folder.mkdir()
    (folder / "Report.wer").write_bytes(encode(WINDOWS_10))
    monkeypatch.chdir(tmp_path)
    reports = [read_report(str(folder)), read_report(folder / "Report.wer"), read_report("AppCrash_spooler.exe")]
    assert len(set(reports)) == 1
    assert reports[0].key == str(folder)


@pytest.mark.parametrize("name", ["report.wer", "REPORT.WER", "Report.WER"])
def test_folder_whose_file_has_another_case(tmp_path, name):
    (tmp_path / "memory.hdmp").write_bytes(b"")
    (tmp_path / name).write_bytes(encode(WINDOWS_10))
    assert read_report(tmp_path).event_type == "APPCRASH"


def test_folder_whose_file_has_another_case_and_an_error(tmp_path):
    (tmp_path / "report.WER").write_bytes(b"\0\0")
    with pytest.raises(ValueError, match=r"(?i)report\.wer, line 1: "):
        read_report(tmp_path)


def test_folder_with_several_cases(tmp_path):
    """The name that Windows gives comes first; the order in which a folder lists its files is not known."""
    for event, name in enumerate(["report.wer", "Report.wer", "REPORT.WER"]):
        (tmp_path / name).write_bytes(encode([f"EventType={event}"]))
    if len(list(tmp_path.iterdir())) == 1:
        pytest.skip("this file system does not tell cases apart")
    assert read_report(tmp_path).event_type == "1"
    (tmp_path / "Report.wer").unlink()
    assert read_report(tmp_path).event_type == "2"


def test_reports_are_values(read):
    report = read(WINDOWS_10)
    assert pickle.loads(pickle.dumps(report)) == report  # noqa: S301
    assert hash(read(WINDOWS_10)) == hash(report)
    for thing, field in ((report, "key"), (report.signature[0], "name"), (report.files[0], "name")):
        with pytest.raises(AttributeError):
            setattr(thing, field, "other")


# ---- damaged and foreign files ----


def in_place_of(number, *lines):
    return [*WINDOWS_10[: number - 1], *lines, *WINDOWS_10[number:]]


ODD = {  # line: the field that is None, or keeps what it had
    "ReportStatus": "status",  # no "="
    "ReportStatus=4294967296": "status",
    "ReportStatus=-1": "status",
    "ReportStatus=0x10": "status",
    "ReportType=4294967296": "report_type",
    "Consent=yes": "consent",
    "EventTime=now": "created",
    "EventTime=-5": "created",
    "EventTime=1_0": "created",
    "EventTime= 5": "created",
    "EventTime=\N{ARABIC-INDIC DIGIT FIVE}": "created",
    "EventTime=" + "9" * 60000: "created",
    "EventTime=2650467744000000000": "created",  # the year 10000
    "EventTime=18446744073709551615": "created",
    "EventTime=18446744073709551616": "created",
    "UploadTime=18446744073709551615": "uploaded",
    "ReportIdentifier=6f0c0a52": "report_id",
    "ReportIdentifier={6f0c0a52-9d3b-4c55-8a43-0d7c5fb1a9e4}": "report_id",
    "ReportIdentifier=6f0c0a529d3b4c558a430d7c5fb1a9e4": "report_id",
    "ReportIdentifier=None": "report_id",
    "IntegratorReportIdentifier=?": "integrator_report_id",
    "Response.LegacyBucketId=18446744073709551616": "legacy_bucket_id",
    "Response.LegacyBucketId=1.5": "legacy_bucket_id",
}


@pytest.mark.parametrize(("line", "field"), ODD.items(), ids=[line[:60] for line in ODD])
def test_an_odd_line_costs_that_line(read, line, field):
    name, _, value = line.partition("=")
    lines = [other for other in WINDOWS_10 if not other.startswith(f"{name}=")]
    assert len(lines) == len(WINDOWS_10) - 1
    assert getattr(read(WINDOWS_10), field) is not None
    expected = dataclasses.replace(read(lines), extra=(("Version", "1"), (name, value), *read(lines).extra[1:]))
    assert read([lines[0], line, *lines[1:]]) == expected
    assert getattr(expected, field) is None


@pytest.mark.parametrize(
    "line",
    [
        *(
            "Sig[10].Value=x",
            "Sig[4000000000].Name=x",
            "Sig[-1].Name=x",
            "Sig[].Name=x",
            "Sig[0.Name=x",
            "Sig[0]Name=x",
        ),
        f"LoadedModule[{'9' * 50000}]=x",
        "LoadedModule[4294967296]=x",
        "DynamicSig[4294967296].Value=x",
        "File[4294967296].Type=2",
        "File[0].Type=dump",
        "File[0].Flags=4294967296",
        *("[Report]", "stray text", "x" * 1000, "=5", "="),
        "EventTime=5",  # a second value
        "SIG[0].value=other",
        "EventType=Other",
    ],
    ids=lambda line: line[:60],
)
def test_an_odd_line_beside_the_good_ones(read, line):
    expected = read(WINDOWS_10)
    name, _, value = line.partition("=")
    assert read([*WINDOWS_10, line]) == dataclasses.replace(expected, extra=(*expected.extra, (name, value)))


def test_the_first_of_two_values_counts(read):
    assert read(["EventType=First", "EventType=Second"]).event_type == "First"


def test_a_report_of_odd_lines_only(read):
    lines = [*ODD, "EventType=E"]
    report = read(lines)
    assert dataclasses.replace(report, extra=()) == dataclasses.replace(read(["EventType=E"]), extra=())
    assert report.extra == tuple(line.partition("=")[::2] for line in ODD)


@pytest.mark.parametrize(
    ("content", "number", "text"),
    [
        (b"", 1, "expected text in UTF-16 or UTF-8, found nothing"),
        (b"\0", 1, "expected text in UTF-16 or UTF-8, found the bytes 00"),
        (b"\xff", 1, "expected text in UTF-8, found the byte ff after 0 others"),
        (b"V", 1, "expected a line break, found the end of the file after 'V'"),
        *((bom, 1, "expected EventType") for bom in (BOM, b"\xfe\xff", b"\xef\xbb\xbf")),
        (b"MDMP\x93\xa7\0\0", 1, "expected text in UTF-8, found the byte 93 after 4 others"),
        (b"PK\3\4\x14\0\0\0\x08\0\n", 1, "expected text, found a NUL as character 6"),
        (b"\x7fELF\2\1\1" + bytes(9) + b"\3\0\n", 1, "expected text, found a NUL as character 8"),
        (b"Version=1\nEventType=E\nAppName=J\xfcrgen\n", 3, "UTF-8, found the byte fc after 9 others"),
        (encode(WINDOWS_10, bom=b"", encoding="utf-8")[:-1] + b"\xc3", len(WINDOWS_10), "UTF-8, found the byte c3"),
        (encode(WINDOWS_10, end="\r"), 1, "expected a line break"),
        (encode(WINDOWS_10)[:-1], len(WINDOWS_10), "expected two bytes for each character"),
        (encode(WINDOWS_10[:3]) + "Repo".encode("utf-16-le"), 4, "found the end of the file after 'Repo'. Only Meta"),
        (
            encode(WINDOWS_10[:3]) + ("x" * 1000).encode("utf-16-le"),
            4,
            r"found the end of the file after 'x{80}'\.\.\.",
        ),
        (encode(WINDOWS_10) + bytes(4096), len(WINDOWS_10) + 1, "found a NUL as character 1"),
        (encode(WINDOWS_10) + b"\0", len(WINDOWS_10) + 1, "expected two bytes"),
        (["Version=1", "AppName=E"], 3, "expected EventType in one of the lines before, found the end of the file"),
        (["Version=1", "EventType"], 3, "expected EventType in one of the lines before, found the end of the file"),
        (in_place_of(7, "a\0b=c"), 7, "found a NUL as character 2"),
        (in_place_of(7, "a=" + "x" * 65536), 7, "expected a line break within 65536 characters, found more"),
        (["EventType=E"] * 65537, 65537, "expected at most 65536 lines, found more"),
    ],
)
def test_damage_is_named(read, tmp_path, content, number, text):
    with pytest.raises(ValueError, match=text) as caught:
        read(content)
    assert str(caught.value).startswith(f"{tmp_path / 'Report.wer'}, line {number}: ")
    assert len(str(caught.value)) < len(str(tmp_path)) + 400


@once("3.11")
@pytest.mark.parametrize(("encoding", "bom"), [("utf-16-le", BOM), ("utf-8", b"")])
def test_every_truncation_is_found(read, encoding, bom):
    """Cut anywhere but between lines, or behind a digit of MetadataHash; there, what is left is a report again."""
    content = encode(STANDIN, encoding=encoding, bom=bom)
    whole = re.compile(r"Version=1\r\nEventType=[^\r]*\r\n(.*\r\n)?(MetadataHash=[0-9]+\r?)?", re.DOTALL)
    outcomes = {True: 0, False: 0}
    for length in range(len(content)):
        try:
            good = bool(whole.fullmatch(content[len(bom) : length].decode(encoding)))
        except UnicodeDecodeError:
            good = False
        outcomes[good] += 1
        if good:
            assert read(content[:length]).event_type == "Spooler.Stuck"
        else:
            with pytest.raises(ValueError, match=r"Report\.wer, line \d+: expected "):
                read(content[:length])
    assert outcomes[True] == len(STANDIN) - 2 + len("12345\r")


def test_indices_cost_nothing(read):
    report = read(["EventType=E", "File[4294967295].CabName=b", "File[0].CabName=a", "DynamicSig[4000000000].Value=x"])
    assert report.files == (ReportFile("a"), ReportFile("b"))
    assert report.dynamic_signature == (SignatureParameter(4000000000, "", "x"),)


def test_missing_files_are_oserrors(tmp_path):
    for path in (tmp_path, tmp_path / "Report.wer"):
        with pytest.raises(FileNotFoundError, match=r"Report\.wer"):
            read_report(path)
    with pytest.raises(TypeError):
        read_report(5)


@pytest.mark.skipif(sys.platform == "win32", reason="os.mkfifo: Windows keeps its pipes out of folders")
def test_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "Report.wer")
    with pytest.raises(ValueError, match="line 1: expected a file, found a folder, a pipe or a device"):
        read_report(tmp_path)


def test_folder_in_place_of_the_file(tmp_path):
    (tmp_path / "report.wer").mkdir()
    with pytest.raises(ValueError, match="line 1: expected a file, found a folder"):
        read_report(tmp_path)


def mutate(chance, content):
    data = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data))
        length = chance.choice([1, 2, 4, 40, 400])
        match chance.randrange(5):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[chance.randrange(len(data)) :][:length]
            case 3:
                data[at : at + length] = chance.randbytes(length)
            case 4:
                data[at & ~1 : at & ~1] = chance.choice("=[]\n\r\0\ud800\ufeff0-").encode("utf-16-le", "surrogatepass")
        if not data:
            return b""
    return bytes(data)


@once("3.11")
def test_mutations_raise_nothing_but_valueerror(tmp_path):
    """And what it means can be asked of every report that is read."""
    chance = random.Random(20240229)  # noqa: S311
    seeds = [path.read_bytes() for path in sorted(REPORTS.glob("*.wer"))]
    seeds += [encode(STANDIN, bom=bom, encoding=encoding) for encoding, bom in ENCODINGS.values()]
    path = tmp_path / "Report.wer"
    outcomes = {True: 0, False: 0}
    start = time.process_time()
    for _ in range(3000):
        path.write_bytes(mutate(chance, chance.choice(seeds)))
        try:
            report = read_report(path)
        except ValueError as error:
            assert re.search(r"Report\.wer, line \d+: expected ", str(error))  # noqa: PT017
            outcomes[False] += 1
        else:
            properties(report)
            outcomes[True] += 1
    assert min(outcomes.values()) > 500, "both the good and the bad way were taken"
    assert time.process_time() - start < 60


@once("3.11")
def test_mutated_lines_cost_no_more_than_themselves(tmp_path):
    """Damage inside of one line, however odd: the others are read as before."""
    chance = random.Random(20260101)  # noqa: S311
    path = tmp_path / "Report.wer"
    path.write_bytes(encode(WINDOWS_10))
    unchanged = {pair for pair in read_report(path).extra if pair[0].startswith("OsInfo")}
    for _ in range(500):
        lines = list(WINDOWS_10)
        number = chance.choice(
            [number for number, line in enumerate(lines) if not line.startswith(("EventT", "OsInfo"))]
        )
        line = list(lines[number])
        for _ in range(chance.randint(1, 3)):
            line[chance.randrange(len(line))] = chance.choice("=[].-09azAZ \t\r\ufeff\ud800\u0660{}")
        lines[number] = "".join(line)
        path.write_bytes(encode(lines))
        report = read_report(path)
        assert report.event_type == "APPCRASH"
        assert report.created == datetime(2024, 12, 1, 0, 0, 0, 123456, tzinfo=UTC)
        assert unchanged <= set(report.extra)


# ---- size ----

MIB = 1024 * 1024


def write_large(path, line, size, encoding="utf-16-le", bom=BOM):
    """`line` until the file has exactly `size` bytes; the last line is cut short, and ended."""
    head = encode(["EventType=E"], encoding=encoding, bom=bom)
    block = encode([line], bom=b"", encoding=encoding)
    whole, rest = divmod(size - len(head), len(block))
    if 0 < rest < 8:
        whole, rest = whole - 1, rest + len(block)
    with open(path, "wb") as file:
        file.write(head)
        for _ in range(whole // 1024):
            file.write(block * 1024)
        file.write(block * (whole % 1024))
        if rest:
            length = rest // (2 if encoding == "utf-16-le" else 1)
            file.write(encode(["a=" + "x" * (length - 4)], bom=b"", encoding=encoding))
    assert path.stat().st_size == size


def measure(path):
    """The report or the error, the seconds of processor time, and the bytes of memory at the highest point."""
    start = time.process_time()
    try:
        result = read_report(path)
    except ValueError as error:
        result = error
    seconds = time.process_time() - start
    del result
    tracemalloc.start()
    try:
        try:
            result = read_report(path)
        except ValueError as error:
            result = error
        return result, seconds, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@once("3.11")
@pytest.mark.parametrize(
    ("line", "factor"),
    [
        ("LongName=" + "x" * 60000, 1),
        ("LongName=" + "\N{PILE OF POO}" + "\u4e2d" * 60000, 2.5),
        ("N=" + "x" * 600, 1.2),
    ],
    ids=["ASCII", "four bytes a character", "shorter lines"],
)
def test_64_mib_are_read(tmp_path, line, factor):
    write_large(tmp_path / "Report.wer", line, 64 * MIB)
    report, seconds, memory = measure(tmp_path)
    assert isinstance(report, StoredReport)
    assert sum(len(name) + len(value) for name, value in report.extra) > 31 * MIB
    assert memory < factor * 64 * MIB
    assert seconds < 10


@once("3.11")
@pytest.mark.parametrize(
    ("line", "factor"),
    [
        ("LongName=" + "x" * 60000, 2),
        ("LongName=" + "\N{PILE OF POO}" + "x" * 60000, 5),
        ("LongName=" + "\u4e2d" * 20000, 2),
    ],
    ids=["ASCII", "four bytes a character", "wide"],
)
def test_32_mib_of_utf_8_are_read(tmp_path, line, factor):
    write_large(tmp_path / "Report.wer", line, 32 * MIB, "utf-8", b"")
    report, seconds, memory = measure(tmp_path)
    assert isinstance(report, StoredReport)
    assert sum(len(name) + len(value) for name, value in report.extra) > 10 * MIB
    assert memory < factor * 32 * MIB
    assert seconds < 10


def test_the_meaning_of_a_large_report_is_soon_told(read):
    """Each property looks at each line at most once."""
    lines = [f"OsInfo[{number}].{part}=vermaj" for number in range(32000) for part in ("Key", "Value")]
    report = read(["EventType=APPCRASH", *lines])
    start = time.process_time()
    assert properties(report)["os_version"] is None
    assert time.process_time() - start < 5


@once("3.11")
@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("a=", "line 65537: expected at most 65536 lines"),
        ("File[1].Path=a", "line 65537: expected at most 65536 lines"),
        ("", "line 65537: expected at most 65536 lines"),
        ("x" * MIB, "line 2: expected a line break within 65536 characters"),
        ("=" * MIB, "line 2: expected a line break within 65536 characters"),
        ("\0" * MIB, "line 2: expected text, found a NUL"),
    ],
)
def test_64_mib_of_nonsense_end_soon(tmp_path, line, text):
    write_large(tmp_path / "Report.wer", line, 64 * MIB)
    error, seconds, memory = measure(tmp_path)
    assert text in str(error)
    assert memory < 64 * MIB
    assert seconds < 5


def test_larger_files_are_refused(tmp_path):
    write_large(tmp_path / "Report.wer", "N=" + "x" * 60000, 64 * MIB + 2)
    error, _, _ = measure(tmp_path)
    assert re.search(r"line \d+: expected a file of at most 67108864 bytes, found more", str(error))
    write_large(tmp_path / "Report.wer", "N=" + "x" * 60000, 32 * MIB + 1, "utf-8", b"")
    error, _, _ = measure(tmp_path)
    assert re.search(r"line \d+: expected a file of at most 33554432 bytes, found more", str(error))


# ---- what the report store shares ----


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, None),
        (1, datetime(1601, 1, 1, tzinfo=UTC)),
        (116444736000000000, datetime(1970, 1, 1, tzinfo=UTC)),
        (2650467743999999999, datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_filetimes(value, expected):
    assert from_filetime(value) == expected


@pytest.mark.parametrize("value", [2650467744000000000, 2**63, 2**64 - 1])
def test_filetimes_that_no_datetime_holds(value):
    """None, not an error: one absurd time in a report must not hide the report, nor those behind it."""
    assert from_filetime(value) is None


def test_signature_is_completed():
    one, three = SignatureParameter(1, "n", ""), SignatureParameter(3, "", "v")
    empty = [SignatureParameter(index) for index in range(10)]
    assert complete_signature([]) == complete_signature(empty) == ()
    assert complete_signature([three, one, empty[2], empty[9]]) == (empty[0], one, empty[2], three)

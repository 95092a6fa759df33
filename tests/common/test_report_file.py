"""read_report: Report.wer files as Windows writes them, as the stand-in does, and damaged in every way we thought of.

The good ones are written here, after published files: they show that the reader reads what those have in common, and
not what another Windows may write.
"""

import dataclasses
import os
import pickle
import random
import re
import sys
import time
import tracemalloc
from datetime import UTC, datetime
from uuid import UUID

import pytest

import wer
from wer import read_report
from wer._stored import ReportFile, SignatureParameter, StoredReport, complete_signature, from_filetime

BOM = b"\xff\xfe"

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
@pytest.mark.parametrize("bom", [BOM, b""], ids=["bom", "no bom, as Windows 7"])
def test_ends_and_byte_order_marks(read, end, bom):
    assert read(encode(WINDOWS_10, end=end, bom=bom)) == read(WINDOWS_10)


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
    assert read(["EventType=E", f"AppPath={text}"]).application_path == text


def test_folder_and_relative_path(tmp_path, monkeypatch):
    folder = tmp_path / "AppCrash_spooler.exe"
    folder.mkdir()
    (folder / "Report.wer").write_bytes(encode(WINDOWS_10))
    monkeypatch.chdir(tmp_path)
    reports = [read_report(str(folder)), read_report(folder / "Report.wer"), read_report("AppCrash_spooler.exe")]
    assert len(set(reports)) == 1
    assert reports[0].key == str(folder)


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


@pytest.mark.parametrize(
    ("content", "number", "text"),
    [
        (b"", 1, "expected text in UTF-16LE, found nothing"),
        (b"\xff", 1, "expected text in UTF-16LE, found the bytes ff"),
        (BOM, 1, "expected EventType"),
        (encode(WINDOWS_10, bom=b"\xfe\xff", encoding="utf-16-be"), 1, "UTF-16LE, found the bytes fe ff"),
        (encode(WINDOWS_10, bom=b"", encoding="utf-16-be"), 1, "UTF-16LE, found the bytes 00 56"),
        (encode(WINDOWS_10, bom=b"\xef\xbb\xbf", encoding="utf-8"), 1, "UTF-16LE, found the bytes ef bb"),
        (encode(WINDOWS_10, bom=b"", encoding="utf-8"), 1, "UTF-16LE, found the bytes 56 65"),
        (b"MDMP\x93\xa7\0\0", 1, "UTF-16LE, found the bytes 4d 44"),
        (encode(WINDOWS_10, end="\r"), 1, "expected a line break"),
        (encode(WINDOWS_10)[:-2], len(WINDOWS_10), "found the end of the file after 'MetadataHash=-1427362016"),
        (encode(WINDOWS_10)[:-1], len(WINDOWS_10), "expected two bytes for each character"),
        (encode(WINDOWS_10[:3]) + "Repo".encode("utf-16-le"), 4, "found the end of the file after 'Repo'"),
        (encode(WINDOWS_10) + bytes(4096), len(WINDOWS_10) + 1, "found a NUL as character 1"),
        (encode(WINDOWS_10) + b"\0", len(WINDOWS_10) + 1, "expected two bytes"),
        (["[Report]", "EventType=E"], 1, r"expected Name=Value, found '\[Report\]'"),
        (["Version=1", "AppName=E"], 3, "expected EventType in one of the lines before, found the end of the file"),
        (in_place_of(7, "ReportStatus"), 7, "expected Name=Value, found 'ReportStatus'"),
        (in_place_of(7, "=5"), 7, "expected Name=Value, found '=5'"),
        (in_place_of(7, "x" * 1000), 7, r"found 'x{80}'\.\.\."),
        (in_place_of(7, "a\0b=c"), 7, "found a NUL as character 2"),
        (in_place_of(7, "a=" + "x" * 65536), 7, "expected a line break within 65536 characters, found more"),
        (in_place_of(3, "EventTime=now"), 3, "EventTime.*expected a number from 0 to 18446744073709551615"),
        (in_place_of(3, "EventTime=-5"), 3, "found '-5'"),
        (in_place_of(3, "EventTime=1_0"), 3, "found '1_0'"),
        (in_place_of(3, "EventTime= 5"), 3, "found ' 5'"),
        (in_place_of(3, "EventTime=\N{ARABIC-INDIC DIGIT FIVE}"), 3, "expected a number"),
        (in_place_of(3, "EventTime=" + "9" * 60000), 3, "expected a number"),
        (in_place_of(3, f"EventTime={2**64}"), 3, "expected a number"),
        (in_place_of(3, f"EventTime={2**64 - 1}"), 3, "EventTime.*up to the year 9999"),
        (in_place_of(7, f"ReportStatus={2**32}"), 7, "from 0 to 4294967295, found '4294967296'"),
        (in_place_of(8, "ReportIdentifier=6f0c0a52"), 8, "'ReportIdentifier': expected a GUID such as .*, found '6f0c"),
        (in_place_of(8, "ReportIdentifier={6f0c0a52-9d3b-4c55-8a43-0d7c5fb1a9e4}"), 8, "expected a GUID"),
        (in_place_of(8, "ReportIdentifier=None"), 8, "expected a GUID"),
        (in_place_of(8, "EventTime=5"), 8, "'EventTime': expected it once, found it again with another value, '5'"),
        (in_place_of(30, "SIG[0].value=other"), 30, "expected it once"),
        (in_place_of(30, "Sig[10].Value=x"), 30, r"'Sig\[10\]\.Value': expected a number from 0 to 9, found '10'"),
        (in_place_of(30, "Sig[4000000000].Name=x"), 30, "from 0 to 9, found '4000000000'"),
        (in_place_of(30, "Sig[-1].Name=x"), 30, "from 0 to 9, found '-1'"),
        (in_place_of(30, "Sig[].Name=x"), 30, "from 0 to 9, found ''"),
        (in_place_of(30, f"LoadedModule[{'9' * 50000}]=x"), 30, "from 0 to 4294967295, found '9+'"),
        (in_place_of(30, "File[4294967296].Type=2"), 30, "found '4294967296'"),
        (in_place_of(44, "File[0].Type=dump"), 44, r"File\[0\]\.Type.*found 'dump'"),
        (["EventType=E"] * 65537, 65537, "expected at most 65536 lines, found more"),
    ],
)
def test_damage_is_named(read, tmp_path, content, number, text):
    with pytest.raises(ValueError, match=text) as caught:
        read(content)
    assert str(caught.value).startswith(f"{tmp_path / 'Report.wer'}, line {number}: ")
    assert len(str(caught.value)) < len(str(tmp_path)) + 400


def test_every_truncation_is_found(read):
    """Cut anywhere but between lines; there, what is left is a report again."""
    content = encode(STANDIN)
    ends = [match.end() for match in re.finditer(rb"\r\0\n\0", content)]
    for length in range(len(content)):
        if length in ends[1:]:
            assert read(content[:length]).event_type == "Spooler.Stuck"
        else:
            with pytest.raises(ValueError, match=r"Report\.wer, line \d+: expected "):
                read(content[:length])


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
    with pytest.raises(ValueError, match="line 1: expected a file, found a pipe"):
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


def test_mutations_raise_nothing_but_valueerror(tmp_path):
    chance = random.Random(20240229)  # noqa: S311
    path = tmp_path / "Report.wer"
    outcomes = {True: 0, False: 0}
    start = time.perf_counter()
    for _ in range(1500):
        path.write_bytes(mutate(chance, encode(chance.choice([WINDOWS_10, STANDIN]))))
        try:
            read_report(path)
            outcomes[True] += 1
        except ValueError as error:
            assert re.search(r"Report\.wer, line \d+: ", str(error))  # noqa: PT017
            outcomes[False] += 1
    assert min(outcomes.values()) > 100, "both the good and the bad way were taken"
    assert time.perf_counter() - start < 60


# ---- size ----

MIB = 1024 * 1024


def write_large(path, line, size):
    """`line` until the file has exactly `size` bytes; the last line is cut short, and ended."""
    head = encode(["EventType=E"])
    block = encode([line], bom=b"")
    whole, rest = divmod(size - len(head), len(block))
    if 0 < rest < 8:
        whole, rest = whole - 1, rest + len(block)
    with open(path, "wb") as file:
        file.write(head)
        for _ in range(whole // 1024):
            file.write(block * 1024)
        file.write(block * (whole % 1024))
        if rest:
            file.write(encode(["a=" + "x" * (rest // 2 - 4)], bom=b""))
    assert path.stat().st_size == size


def measure(path):
    """The report or the error, the seconds, and the bytes of memory at the highest point."""
    start = time.perf_counter()
    try:
        result = read_report(path)
    except ValueError as error:
        result = error
    seconds = time.perf_counter() - start
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


@pytest.mark.parametrize("value", [-1, 2650467744000000000, 2**63, 2**64 - 1, 10**400])
def test_filetimes_out_of_range(value):
    with pytest.raises(ValueError, match="a FILETIME"):
        from_filetime(value)


def test_signature_is_completed():
    one, three = SignatureParameter(1, "n", ""), SignatureParameter(3, "", "v")
    empty = [SignatureParameter(index) for index in range(10)]
    assert complete_signature([]) == complete_signature(empty) == ()
    assert complete_signature([three, one, empty[2], empty[9]]) == (empty[0], one, empty[2], three)

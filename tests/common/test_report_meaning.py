"""What a report means: the same from its Report.wer and from what the report store tells."""

from dataclasses import astuple, fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wer import read_report
from wer._stored import ReportFile, SignatureParameter, StoredReport

REPORTS = Path(__file__).parents[1] / "data" / "reports"
NO_VERSION = "0.0.0.0"  # noqa: S104 - no address
SHA1 = "0123456789abcdef0123456789abcdef01234567"
PROPERTIES = [name for name, value in vars(StoredReport).items() if isinstance(value, property)]


def moment(*parts):
    return datetime(*parts, tzinfo=UTC)


# Read by eye. What is not here is None.
MEANINGS = {
    "win11-22000-appcrash-zh_CN-tptoken": {
        "exception_code": 0xC0000005,
        "exception_offset": 0x4B519,
        "fault_module": "spooler.exe",
        "fault_module_version": "4.2.1.0",
        "os_version": (10, 0, 22000, 2538),
        "os_build": 22000,
        "application_sha1": SHA1,
        "application_link_time": moment(1973, 4, 5, 22, 15, 44),
    },
    "win10-19045-moappcrash-en_US": {
        "exception_code": 0x80004002,
        "exception_offset": 0x1CCFA,
        "fault_module": "combase.dll",
        "fault_module_version": "10.0.19041.3636",
        "os_version": (10, 0, 19045, 3930),
        "os_build": 19045,
        "application_link_time": moment(2015, 9, 11, 16, 37, 8),
    },
    "win10-18363-moappcrash-en_US-80070005": {
        "exception_code": 0x80070005,
        "exception_offset": 0x7CD5A,
        "fault_module": "combase.dll",
        "fault_module_version": "10.0.18362.693",
        "os_version": (10, 0, 18363),
        "os_build": 18363,
        "application_link_time": moment(2020, 3, 25, 5, 12, 15),
    },
    "win10-15063-bex-wow64-en_US": {
        "exception_code": 0xC0000005,
        "exception_offset": 0x2B80,
        "exception_data": 8,
        "fault_module": "hook.dll_unloaded",
        "fault_module_version": "4.3.6.1853",
        "os_version": (10, 0, 15063),
        "os_build": 15063,
        "application_sha1": SHA1,
        "application_link_time": moment(2017, 6, 15, 15, 57, 51),
    },
    "win10-17763-appcrash-ru_RU": {
        "exception_code": 0xC0000005,
        "exception_offset": 0x2096,
        "fault_module": "profiler-5.0.0.dll",
        "fault_module_version": "7.3.5.0",
        "os_version": (10, 0, 17763),
        "os_build": 17763,
        "application_sha1": SHA1,
        "application_link_time": moment(2018, 9, 19, 14, 9, 42),
    },
    "win10-18362-appcrash-wow64-de_DE": {
        "exception_code": 0xC00000FD,
        "exception_offset": 0x1F646,
        "fault_module": "clr.dll",
        "fault_module_version": "4.8.4018.0",
        "os_version": (10, 0, 18362),
        "os_build": 18362,
        "application_sha1": SHA1,
        "application_link_time": moment(2019, 10, 28, 23, 56, 19),
    },
    "server2016-clr20r3-en_US": {
        "exception_type": "System.InvalidOperationException",
        "exception_offset": 8,
        "fault_module": "Jobs.Core",
        "fault_module_version": "1.6.19.0",
        "fault_method": 0x060001AD,
        "os_version": (10, 0, 14393),
        "os_build": 14393,
        "application_sha1": SHA1,
        "application_link_time": moment(2017, 10, 16, 22, 42, 50),
    },
    "win11-22000-apphangb1-en_US": {
        "hang_type": 134742016,
        "os_version": (10, 0, 22000, 120),
        "os_build": 22000,
        "application_sha1": SHA1,
        "application_link_time": moment(2093, 6, 27, 17, 7, 21),
    },
    # Without TargetAppVer: the time is the signature's.
    "server2008r2-appcrash-zh_CN-queued-3files-nobom": {
        "exception_code": 0xC0000005,
        "exception_offset": 0,
        "fault_module": "unknown",
        "fault_module_version": NO_VERSION,
        "os_version": (6, 1, 7601),
        "os_build": 7601,
        "application_link_time": moment(2010, 4, 2, 23, 14, 7),
    },
    "server2012-appcrash-wow64-uigap-nobom": {
        "exception_code": 0xC0000374,
        "fault_module": "StackHash_e372",
        "fault_module_version": "6.2.9200.17313",
        "os_version": (6, 2, 9200),
        "os_build": 9200,
        "application_link_time": moment(2015, 2, 19, 6, 40, 55),
    },
    "win7-appcrash-de_DE-ui-nobom": {
        "exception_code": 0x80000001,
        "exception_offset": 0x2892,
        "fault_module": "KERNELBASE.dll",
        "fault_module_version": "6.1.7601.23915",
        "os_version": (6, 1, 7601),
        "os_build": 7601,
        "application_link_time": moment(2016, 6, 7, 16, 44, 19),
    },
    "win7-appcrash-python-zh_CN-wow64-nobom": {
        "exception_code": 0xC0000005,
        "exception_offset": 0x5E757,
        "fault_module": "_crypt.pyd",
        "fault_module_version": NO_VERSION,
        "os_version": (6, 1, 7601),
        "os_build": 7601,
        "application_link_time": moment(2016, 12, 17, 20, 43, 59),
    },
    "win81-wudfhostproblem-nobom": {"os_version": (6, 3, 9600), "os_build": 9600},
}


def meaning(report):
    return {name: value for name in PROPERTIES if (value := getattr(report, name)) is not None}


def test_what_is_left_out_is_not_known():
    assert astuple(ReportFile()) == (None,) * 5
    assert (SignatureParameter(3).name, SignatureParameter(3).value) == ("", "")
    report = StoredReport(key="a", event_type=None)
    told = {field.name: getattr(report, field.name) for field in fields(report)}
    assert {name for name, value in told.items() if value is not None} == {"key", "signature", "extra"}
    assert report.signature == report.extra == ()


@pytest.mark.parametrize("name", MEANINGS)
def test_sample(name):
    assert meaning(read_report(REPORTS / f"{name}.wer")) == MEANINGS[name]


def test_every_sample_is_tested():
    others = ("variant-", "damaged-", "not-a-report-")
    assert MEANINGS.keys() == {path.stem for path in REPORTS.glob("*.wer") if not path.stem.startswith(others)}


@pytest.mark.parametrize("name", MEANINGS)
def test_the_store_s_reports_mean_the_same(name):
    """It tells neither OsInfo nor TargetAppId; the link time is in the signature of each event type that has one."""
    report = read_report(REPORTS / f"{name}.wer")
    stored = StoredReport(key=report.key, event_type=report.event_type, signature=report.signature)
    only_in_the_file = {"os_version", "os_build", "application_sha1"}
    assert meaning(stored) == {key: value for key, value in MEANINGS[name].items() if key not in only_in_the_file}


def reported(event_type, *values, **fields):
    signature = tuple(SignatureParameter(index, f"Parameter {index}", value) for index, value in enumerate(values))
    return StoredReport(key="", event_type=event_type, signature=signature, **fields)


APPLICATION = ("spooler.exe", "4.2.1.0", "00000001")
MODULE = ("ntdll.dll", "10.0.19041.1", "65f0a1b2")
PACKAGE = "Contoso.Racing_1.2.7.0_x64__abcdefgh12345"
LINKED = {"application_link_time": moment(1970, 1, 1, 0, 0, 1)}
FAULT = LINKED | {"fault_module": "ntdll.dll", "fault_module_version": "10.0.19041.1"}


@pytest.mark.parametrize(
    ("event_type", "rest", "expected"),
    [
        ("APPCRASH", ("c0000005", "1a2b"), {"exception_code": 0xC0000005, "exception_offset": 0x1A2B}),
        ("appcrash", ("c0000005", "1a2b"), {"exception_code": 0xC0000005, "exception_offset": 0x1A2B}),
        ("APPCRASH", ("0xC0000005", "0x1A2B"), {"exception_code": 0xC0000005, "exception_offset": 0x1A2B}),
        ("APPCRASH", ("c0000005",), {"exception_code": 0xC0000005}),
        ("APPCRASH", ("", ""), {}),
        ("APPCRASH", ("1c0000005", "1ffffffffffffffff"), {}),
        ("APPCRASH", ("-5", "PCH_48_FROM_ntdll+0x0002DA1C"), {}),
        ("APPCRASH", ("0x", "\N{ARABIC-INDIC DIGIT FIVE}"), {}),
        *(
            (
                event_type,
                ("00000000000a286e", "c0000409", "0000000000000007"),
                {"exception_code": 0xC0000409, "exception_offset": 0xA286E, "exception_data": 7},
            )
            for event_type in ("BEX", "BEX64", "MoBEX")
        ),
        ("MoAPPCRASH", ("c000027b", "10"), {"exception_code": 0xC000027B, "exception_offset": 0x10}),
        (
            "CLR20r3",
            ("18a8", "1d", "System.NullReferenceException"),
            {"fault_method": 0x060018A8, "exception_offset": 0x1D, "exception_type": "System.NullReferenceException"},
        ),
        ("CLR20r3", ("1000000", "", ""), {}),
    ],
)
def test_crashes(event_type, rest, expected):
    package = (PACKAGE,) if event_type.startswith("Mo") else ()
    assert meaning(reported(event_type, *package, *APPLICATION, *MODULE, *rest)) == FAULT | expected


@pytest.mark.parametrize(
    ("event_type", "rest", "expected"),
    [
        ("AppHangB1", ("31f9", "134742016"), {"hang_type": 134742016}),
        ("AppHangB1", ("f776", "0"), {"hang_type": 0}),
        ("AppHangTransient", ("31f9", "2097152"), {"hang_type": 2097152}),
        ("AppHangTransient", ("unknown", "unknown"), {}),
        ("AppHangB1", ("31f9", "4294967296"), {}),
        ("AppHangB1", ("31f9",), {}),
        (
            "AppHangXProcB1",
            ("c685", "134218112", "svchost.exe:DNSResolver", NO_VERSION),
            {"hang_type": 134218112, "waiting_on": "svchost.exe:DNSResolver"},
        ),
        ("MoAppHang", ("4185", "2097152"), {"hang_type": 2097152}),
        ("MoAppHangXProc", ("4185", "32", "a.exe"), {"hang_type": 32, "waiting_on": "a.exe"}),
    ],
)
def test_hangs(event_type, rest, expected):
    package = (PACKAGE,) if event_type.startswith("Mo") else ()
    assert meaning(reported(event_type, *package, *APPLICATION, *rest)) == LINKED | expected


@pytest.mark.parametrize("event_type", ["Spooler.Stuck", "", None, "APPCRASH2", "BlueScreen"])
def test_other_events_mean_nothing_that_is_known(event_type):
    assert meaning(reported(event_type, *APPLICATION, *MODULE, "c0000005", "1a2b", "7")) == {}


def with_lines(*lines, **fields):
    return reported("E", extra=lines, **fields)


DYNAMIC = (SignatureParameter(1, "OS", "10.0.19045.2.0.0.768.101"), SignatureParameter(2, "Locale", "1.2.3.4"))


def os_info(**values):
    pairs = list(values.items())
    return [
        line
        for index, (key, value) in enumerate(pairs)
        for line in ((f"OsInfo[{index}].Key", key), (f"OsInfo[{index}].Value", value))
    ]


@pytest.mark.parametrize(
    ("lines", "dynamic", "expected"),
    [
        (os_info(vermaj="10", vermin="0", verbld="22000", ubr="120"), DYNAMIC, (10, 0, 22000, 120)),
        (os_info(ubr="120", verbld="22000", vermin="0", vermaj="10"), None, (10, 0, 22000, 120)),
        (
            [(name.upper(), value.upper()) for name, value in os_info(vermaj="10", vermin="0", verbld="1")],
            None,
            (10, 0, 1),
        ),
        (os_info(vermaj="10", vermin="0", verbld="22000", ubr="?"), DYNAMIC, (10, 0, 22000)),
        (os_info(vermaj="10", vermin="0"), DYNAMIC, (10, 0, 19045)),
        (os_info(vermaj="10", vermin="0", verbld="9" * 5000), DYNAMIC, (10, 0, 19045)),
        (os_info(vermaj="10", vermin="0", verbld="-1"), None, None),
        ([("OsInfo[0].Key", "verbld"), ("OsInfo[1].Value", "1"), ("OsInfo", ""), ("OsInfo[", "")], None, None),
        ([], DYNAMIC, (10, 0, 19045)),
        ([], (SignatureParameter(1, "", "10.0"),), None),
        ([], (SignatureParameter(1, "", "10.0.x.2"),), None),
        ([], (SignatureParameter(1, "", ""),), None),
        ([], DYNAMIC[1:], None),
        ([], (), None),
        ([], None, None),
    ],
)
def test_the_system(lines, dynamic, expected):
    report = with_lines(*lines, dynamic_signature=dynamic)
    assert report.os_version == expected
    assert report.os_build == (expected and expected[2])


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (f"W:0006{'ab' * 16}00000904!0000{SHA1}!a.exe", SHA1),
        (f"W:0006{'ab' * 16}00000904!0000{SHA1.upper()}!a!b.exe", SHA1),
        (f"W:0006{'ab' * 16}00000904!0000{SHA1}", None),
        (f"W:0006!0001{SHA1}!a.exe", None),
        (f"W:0006!{SHA1}!a.exe", None),
        (f"W:0006!0000{SHA1}0!a.exe", None),
        (f"W:0006!00000x{SHA1[2:]}!a.exe", None),
        (f"W:0006!0000{'g' * 40}!a.exe", None),
        (f"W:0006!0000{'0' * 40}!a.exe", None),
        ("W:0000aaaa!0000bbbb!spooler.exe", None),
        ("U:Contoso.Racing_1.2.7.0_x64__abcdefgh12345!App", None),
        ("", None),
        ("!!", None),
    ],
)
def test_sha1(target, expected):
    assert with_lines(("TargetAppId", target)).application_sha1 == expected
    assert with_lines(("TARGETAPPID", target), ("TargetAppId", "")).application_sha1 == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("2017//10//16:22:42:50!0!dotnet.exe", moment(2017, 10, 16, 22, 42, 50)),
        ("2017//10//16:22:42:50!1a2b3c!a!b.exe", moment(2017, 10, 16, 22, 42, 50)),
        ("3.2.9.0_x64_!2020//03//25:05:12:15!0!Rest.exe", moment(2020, 3, 25, 5, 12, 15)),
        ("2017//02//30:22:42:50!0!a.exe", None),
        ("2017//10//16:24:42:50!0!a.exe", None),
        ("0000//00//00:00:00:00!0!a.exe", None),
        ("1970//01//01:00:00:00!0!a.exe", None),
        ("4294967295//10//16:22:42:50!0!a.exe", None),
        ("99999999999//10//16:22:42:50!0!a.exe", None),
        ("2017//10//16:22:42!0!a.exe", None),
        ("2017//10//16:22:42:50:1!0!a.exe", None),
        ("2017//10:11//16:22:42!0!a.exe", None),
        ("2017//10!0!a.exe", None),
        ("a!b!2017//10//16:22:42:50", None),
        ("", None),
    ],
)
def test_link_time(target, expected):
    assert with_lines(("TargetAppVer", target)).application_link_time == expected
    # Where it cannot be read, the signature tells it.
    crash = reported("APPCRASH", "a.exe", "1.0", "59e535ea", extra=(("TargetAppVer", target),))
    assert crash.application_link_time == expected or moment(2017, 10, 16, 22, 42, 50)


@pytest.mark.parametrize("written", ["00000000", "", "1ffffffff", "now"])
def test_no_link_time(written):
    assert reported("APPCRASH", "a.exe", "1.0", written).application_link_time is None


def test_the_properties_are_no_fields():
    """What they tell is in the fields: two reports are equal, and print alike, by those alone."""
    report = read_report(REPORTS / "win10-15063-bex-wow64-en_US.wer")
    assert "exception_code" not in repr(report)
    assert replace(report, event_type="APPCRASH").exception_code == 0x2B80

"""What reaches WER for every argument of every function, and what is refused before it does.

Structures are decoded from the bytes that the stand-in logs, with the layouts in tests/data/werapi.json.
"""

import ctypes
import enum
import os

import pytest

import wer

POINTER_TOP = (1 << 8 * ctypes.sizeof(ctypes.c_void_p)) - 1

# Every field of WER_REPORT_INFORMATION: the argument of Report(), a value, and the member it goes to.
V1 = {
    "consent_key": ("Key", "wzConsentKey"),
    "friendly_event_name": ("Friendly", "wzFriendlyEventName"),
    "application_name": ("Spooler", "wzApplicationName"),
    "application_path": (r"C:\Spooler\spooler.exe", "wzApplicationPath"),
    "description": ("Stuck", "wzDescription"),
    "parent_window": (0x1234, "hwndParent"),
}
V3 = {
    "namespace_partner": ("Partner", "wzNamespacePartner"),
    "namespace_group": ("Group", "wzNamespaceGroup"),
}
V4 = {
    "application_identity": (bytes(range(1, 17)), "rgbApplicationIdentity"),
    "snapshot": (0x5678, "hSnapshot"),
    "delete_files_token": (0x9ABC, "hDeleteFilesImpersonationToken"),
}
V5 = {"submit_result_max": (11, "submitResultMax")}
INFORMATION = {
    "WER_REPORT_INFORMATION": V1,
    "WER_REPORT_INFORMATION_V3": V3,
    "WER_REPORT_INFORMATION_V4": V4,
    "WER_REPORT_INFORMATION_V5": V5,
}

# Every field of DumpOptions: a value, the member it goes to, and its bit in dwMask.
OPTIONS_V1 = {
    "dump_flags": (0x11, "dwDumpFlags", 0x001),
    "only_this_thread": (True, "bOnlyThisThread", 0x002),
    "exception_thread_flags": (0x12, "dwExceptionThreadFlags", 0x004),
    "exception_thread_ex_flags": (0x13, "dwExceptionThreadExFlags", 0x008),
    "other_thread_flags": (0x14, "dwOtherThreadFlags", 0x010),
    "other_thread_ex_flags": (0x15, "dwOtherThreadExFlags", 0x020),
    "preferred_module_flags": (0x16, "dwPreferredModuleFlags", 0x040),
    "other_module_flags": (0x17, "dwOtherModuleFlags", 0x080),
    "preferred_modules": (["a.dll", "b.dll"], "wzPreferredModuleList", 0x100),
}
OPTIONS_V2 = {
    "preferred_module_reset_flags": (0x18, "dwPreferredModuleResetFlags", 0x040),
    "other_module_reset_flags": (0x19, "dwOtherModuleResetFlags", 0x040),
}
OPTIONS_V3 = {
    "dump_key": (0x1A, "pvDumpKey", 0),
    "snapshot": (0x1B, "hSnapshot", 0),
    "thread_id": (0x1C, "dwThreadID", 0),
}
OPTIONS = {
    "WER_DUMP_CUSTOM_OPTIONS": OPTIONS_V1,
    "WER_DUMP_CUSTOM_OPTIONS_V2": OPTIONS_V2,
    "WER_DUMP_CUSTOM_OPTIONS_V3": OPTIONS_V3,
}


def each_field(versions):
    return [
        pytest.param(structure, argument, *rest, id=argument)
        for structure, fields in versions.items()
        for argument, rest in fields.items()
    ]


def up_to(versions, structure):
    """All fields of a version of a structure: each holds those of the versions before it."""
    fields = {}
    for name, more in versions.items():
        fields.update(more)
        if name == structure:
            return fields
    raise KeyError(structure)


def members_of(kind):
    """Every number of an enum that a function takes: its names without the header's end markers."""
    return list(kind)


def set_members(members):
    """The members of a decoded structure that are not zero, but for its size."""
    return {name: value for name, value in members.items() if name != "dwSize" and value not in (0, "", bytes(16))}


class TestReport:
    def test_nothing_given(self, standin):
        wer.Report("WerTests.Event").close()
        args = standin.call("WerReportCreate").args
        assert args["pwzEventType"] == "WerTests.Event"
        assert args["repType"] == 0, "non-critical: never shows UI"
        assert args["pReportInformation"] is None

    @pytest.mark.parametrize("kind", members_of(wer.ReportType))
    def test_type(self, standin, kind):
        wer.Report("WerTests.Event", kind).close()
        assert standin.call("WerReportCreate").args["repType"] == kind.value

    @pytest.mark.parametrize(("structure", "argument", "value", "member"), each_field(INFORMATION))
    def test_one_field(self, standin, structure, argument, value, member):
        """It goes to its member and nowhere else, in the smallest structure that has the member."""
        wer.Report("WerTests.Event", **{argument: value}).close()
        call = standin.call("WerReportCreate")
        information = call.struct("pReportInformation", structure)
        assert information["dwSize"] == call.args["pReportInformation"]["dwSize"]
        assert set_members(information) == {member: value}

    @pytest.mark.parametrize("structure", INFORMATION)
    def test_all_fields(self, standin, structure):
        fields = up_to(INFORMATION, structure)
        values = {argument: value for argument, (value, _) in fields.items()}
        wer.Report("WerTests.Event", **values).close()
        information = standin.call("WerReportCreate").struct("pReportInformation", structure)
        assert set_members(information) == {member: value for value, member in fields.values()}

    def test_submit_result_max_0_is_a_value(self, standin):
        wer.Report("WerTests.Event", submit_result_max=0).close()
        information = standin.call("WerReportCreate").struct("pReportInformation", "WER_REPORT_INFORMATION_V5")
        assert information["submitResultMax"] == 0

    def test_process_by_handle(self, standin, worker):
        handle = int(worker.process._handle)
        wer.Report("WerTests.Event", process=wer.Handle(handle)).close()
        information = standin.call("WerReportCreate").struct("pReportInformation", "WER_REPORT_INFORMATION")
        assert set(set_members(information)) == {"hProcess"}
        assert information["hProcess"] != handle, "a duplicate: the handle stays its owner's"

    @pytest.mark.parametrize("value", [-1, POINTER_TOP])
    @pytest.mark.parametrize("argument", ["snapshot", "delete_files_token"])
    def test_a_handle_of_full_width(self, standin, argument, value):
        """Handles come signed and unsigned: INVALID_HANDLE_VALUE is -1 here and all ones there."""
        wer.Report("WerTests.Event", **{argument: value}).close()
        information = standin.call("WerReportCreate").struct("pReportInformation", "WER_REPORT_INFORMATION_V4")
        assert set_members(information) == {V4[argument][1]: POINTER_TOP}

    def test_no_identity(self, standin):
        wer.Report("WerTests.Event", application_identity=b"").close()
        assert standin.call("WerReportCreate").args["pReportInformation"] is None


class TestSetParameter:
    @pytest.mark.parametrize("index", range(10))
    def test_each_index(self, report, standin, index):
        report.set_parameter(index, "value", "name")
        args = standin.call("WerReportSetParameter").args
        assert args == {
            "hReportHandle": f"0x{report.handle:X}",
            "dwparamID": index,
            "pwzName": "name",
            "pwzValue": "value",
        }

    def test_no_name_is_null(self, report, standin):
        report.set_parameter(0, "value")
        assert standin.call("WerReportSetParameter").args["pwzName"] is None

    def test_empty_texts_are_texts(self, report, standin):
        report.set_parameter(0, "", "")
        args = standin.call("WerReportSetParameter").args
        assert (args["pwzName"], args["pwzValue"]) == ("", "")

    def test_keywords(self, report, standin):
        report.set_parameter(index=3, value="v", name="n")
        args = standin.call("WerReportSetParameter").args
        assert (args["dwparamID"], args["pwzName"], args["pwzValue"]) == (3, "n", "v")

    def test_index_may_be_what_counts_as_an_int(self, report, standin):
        class Seven:
            def __index__(self):
                return 7

        report.set_parameter(Seven(), "value")
        assert standin.call("WerReportSetParameter").args["dwparamID"] == 7


class TestSetUiOption:
    @pytest.mark.parametrize("option", members_of(wer.ReportUI))
    def test_each_option(self, report, standin, option):
        report.set_ui_option(option, "text")
        assert standin.call("WerReportSetUIOption").args == {
            "hReportHandle": f"0x{report.handle:X}",
            "repUITypeID": option.value,
            "pwzValue": "text",
        }


class TestAddFile:
    @pytest.fixture
    def file(self, tmp_path):
        file = tmp_path / "notes.log"
        file.write_text("text")
        return file

    def test_nothing_but_a_path(self, report, standin, file):
        report.add_file(file)
        assert standin.call("WerReportAddFile").args == {
            "hReportHandle": f"0x{report.handle:X}",
            "pwzPath": str(file),
            "repFileType": 5,
            "dwFileFlags": 0,
        }

    @pytest.mark.parametrize("kind", members_of(wer.FileType))
    def test_type(self, report, standin, file, kind):
        report.add_file(file, kind)
        assert standin.call("WerReportAddFile").args["repFileType"] == kind.value

    @pytest.mark.parametrize("flags", [*wer.FileFlags, 7, 0xFFFF])
    def test_flags(self, report, standin, file, flags):
        report.add_file(file, flags=flags)
        assert standin.call("WerReportAddFile").args["dwFileFlags"] == int(flags)

    def test_relative_path_is_made_absolute(self, report, standin, file, monkeypatch):
        monkeypatch.chdir(file.parent)
        report.add_file(r"folder\..\notes.log")
        assert standin.call("WerReportAddFile").args["pwzPath"] == str(file)

    def test_environment_variable_is_left_to_wer(self, report, standin, file, monkeypatch):
        monkeypatch.setenv("WER_TESTS", str(file.parent))
        report.add_file(r"%WER_TESTS%\notes.log")
        assert standin.call("WerReportAddFile").args["pwzPath"] == r"%WER_TESTS%\notes.log"


class TestAddDump:
    """Only arguments: WER is told to answer S_OK and write no dump. test_dump.py has the dumps."""

    @pytest.fixture(autouse=True)
    def no_dump(self, standin):
        standin.answer("WerReportAddDump", 0)

    def test_nothing_given(self, report, standin):
        report.add_dump()
        assert standin.call("WerReportAddDump").args == {
            "hReportHandle": f"0x{report.handle:X}",
            "hProcess": {"handle": f"0x{POINTER_TOP:X}", "pseudo": True, "pid": os.getpid()},
            "hThread": {"handle": "0x0", "tid": 0},
            "dumpType": 2,
            "pExceptionParam": None,
            "pDumpCustomOptions": None,
            "dwFlags": 0,
        }

    @pytest.mark.parametrize("kind", members_of(wer.DumpType))
    def test_type(self, report, standin, kind, worker):
        report.add_dump(kind, pid=worker.pid, tid=worker.tid)
        assert standin.call("WerReportAddDump").args["dumpType"] == kind.value

    @pytest.mark.parametrize("flags", [*wer.DumpFlags, 7, 0xFFFFFFFF])
    def test_flags(self, report, standin, flags):
        report.add_dump(flags=flags)
        assert standin.call("WerReportAddDump").args["dwFlags"] == int(flags)

    @pytest.mark.parametrize("client", [True, False])
    def test_exception(self, report, standin, client):
        address = POINTER_TOP - 0xFF
        report.add_dump(exception=wer.ExceptionInformation(address, client_pointers=client))
        exception = standin.call("WerReportAddDump").struct("pExceptionParam", "WER_EXCEPTION_INFORMATION")
        assert exception == {"pExceptionPointers": address, "bClientPointers": int(client)}

    @pytest.mark.parametrize(("structure", "field", "value", "member", "mask"), each_field(OPTIONS))
    def test_one_option(self, report, standin, structure, field, value, member, mask):
        report.add_dump(options=wer.DumpOptions(**{field: value}))
        call = standin.call("WerReportAddDump")
        options = call.struct("pDumpCustomOptions", structure)
        assert options["dwSize"] == call.args["pDumpCustomOptions"]["dwSize"]
        wanted = "a.dll\0b.dll" if field == "preferred_modules" else int(value)
        assert set_members(options) == {member: wanted, **({"dwMask": mask} if mask else {})}

    @pytest.mark.parametrize("structure", OPTIONS)
    def test_all_options(self, report, standin, structure):
        fields = up_to(OPTIONS, structure)
        report.add_dump(options=wer.DumpOptions(**{field: value for field, (value, *_) in fields.items()}))
        options = standin.call("WerReportAddDump").struct("pDumpCustomOptions", structure)
        wanted = {member: value for value, member, _ in fields.values()}
        wanted.update(bOnlyThisThread=1, wzPreferredModuleList="a.dll\0b.dll", dwMask=0x1FF)
        assert set_members(options) == wanted

    def test_empty_options_are_a_v1_that_changes_nothing(self, report, standin):
        report.add_dump(options=wer.DumpOptions())
        options = standin.call("WerReportAddDump").struct("pDumpCustomOptions", "WER_DUMP_CUSTOM_OPTIONS")
        assert set_members(options) == {}

    @pytest.mark.parametrize("field", ["exception_thread_flags", "dump_key", "thread_id"])
    def test_an_option_of_full_width(self, report, standin, field):
        top = POINTER_TOP if field == "dump_key" else 0xFFFFFFFF
        report.add_dump(options=wer.DumpOptions(**{field: top}))
        structure = "WER_DUMP_CUSTOM_OPTIONS" if field in OPTIONS_V1 else "WER_DUMP_CUSTOM_OPTIONS_V3"
        member = up_to(OPTIONS, structure)[field][1]
        assert standin.call("WerReportAddDump").struct("pDumpCustomOptions", structure)[member] == top

    def test_modules_fill_the_buffer_to_the_last_unit(self, report, standin):
        names = ["😀" * 63 + "m", "é" * 126]  # 127 + 1 + 126 + 1 and the closing NUL: 256
        report.add_dump(options=wer.DumpOptions(preferred_modules=names))
        options = standin.call("WerReportAddDump").struct("pDumpCustomOptions", "WER_DUMP_CUSTOM_OPTIONS")
        assert options["wzPreferredModuleList"].split("\0") == names

    def test_modules_named_by_a_subclass_of_str(self, report, standin):
        names = enum.StrEnum("Names", {"A": "a.dll", "B": "b.dll"})
        report.add_dump(options=wer.DumpOptions(preferred_modules=names))
        options = standin.call("WerReportAddDump").struct("pDumpCustomOptions", "WER_DUMP_CUSTOM_OPTIONS")
        assert options["wzPreferredModuleList"] == "a.dll\0b.dll"


class TestSubmit:
    @pytest.fixture(autouse=True)
    def nothing_happens(self, standin):
        standin.answer("WerReportSubmit", 0)

    @pytest.mark.parametrize("consent", members_of(wer.Consent))
    def test_consent(self, report, standin, consent):
        report.submit(consent)
        args = standin.call("WerReportSubmit").args
        assert args.pop("pSubmitResult") != "0x0"
        assert args == {"hReportHandle": f"0x{report.handle:X}", "consent": consent.value, "dwFlags": 0}

    @pytest.mark.parametrize(
        "flags", [*wer.SubmitFlags, wer.SubmitFlags.QUEUE | wer.SubmitFlags.NO_CLOSE_UI, 1 << 20, 0xFFFFFFFF]
    )
    def test_flags(self, report, standin, flags):
        report.submit(wer.Consent.NOT_ASKED, flags)
        assert standin.call("WerReportSubmit").args["dwFlags"] == int(flags)

    def test_keywords(self, report, standin):
        report.submit(consent=wer.Consent.DENIED, flags=wer.SubmitFlags.QUEUE)
        args = standin.call("WerReportSubmit").args
        assert (args["consent"], args["dwFlags"]) == (3, 4)


def test_flags_of_the_users_own_are_no_slip(report, standin):
    """Only another *enum of numbers* is: a plain int subclass is a number like any other."""

    class Number(int):
        pass

    standin.answer("WerReportSubmit", 0)
    report.submit(Number(1), Number(4))
    args = standin.call("WerReportSubmit").args
    assert (args["consent"], args["dwFlags"]) == (1, 4)


def test_an_enum_of_the_users_own_is_a_slip(report):
    class Choice(enum.IntEnum):
        QUEUE = 4

    with pytest.raises(TypeError, match=r"flags must be a wer\.SubmitFlags"):
        report.submit(wer.Consent.NOT_ASKED, Choice.QUEUE)


@pytest.mark.parametrize("given", [1, "process", object()], ids=lambda given: type(given).__name__)
def test_the_extension_takes_what_it_has_made_itself(given, report):
    """Its own classes only: another object has nothing where it would look for a handle."""
    from wer import _werapi

    for call in (
        lambda: _werapi.has_ended(given),
        lambda: _werapi.get_flags(given),
        lambda: _werapi.HeldSnapshot().capture(given, 0, False, None),
        lambda: _werapi.HeldHandler().install(given, False, False),
        lambda: report._held.add_dump(wer.DumpType.MINIDUMP, None, None, None, None, 0, given),
    ):
        with pytest.raises(TypeError):
            call()

"""Prepared crash reports and the crash handler: core/template.pxi in Python."""

from threading import Lock

from .._enums import Consent, DumpFlags, DumpType, FileFlags, FileType, ReportType, SubmitFlags
from .._options import DumpOptions
from .._typing import TYPE_CHECKING, StrPath
from ._checks import full_path, initialize, turn
from ._record import Call
from ._report import check_gap, check_options, described, parameter

if TYPE_CHECKING:
    from ._fake import FakeWer

_MOST_FILES = 32  # WER_TEMPLATE_FILES of native/prepared.h


class HeldTemplate:
    """A template: what is told to WER in the crash."""

    _wer: "FakeWer"

    def __init__(self) -> None:
        self._created: Call | None = None
        self._parameters: dict[int, Call] = {}
        self._dump = Call("WerReportAddDump", {"dump_type": DumpType.MINIDUMP, "options": None, "flags": DumpFlags(0)})
        self._files: list[Call] = []
        self._entries: list[tuple[str, int, int]] = []  # the same as numbers
        self._submit: Call | None = None
        self._sealed = False
        self._busy = Lock()
        self._initialized = Lock()

    def create(
        self,
        event_type: str,
        kind: int,
        consent: int,
        flags: int,
        milliseconds: int,
        consent_key: str,
        friendly_event_name: str,
        application_name: str,
        application_path: str,
        description: str,
        namespace_partner: str,
        namespace_group: str,
        application_identity: bytes,
        /,
    ) -> None:
        arguments = described(
            event_type,
            consent_key,
            friendly_event_name,
            application_name,
            application_path,
            description,
            namespace_partner,
            namespace_group,
            application_identity,
        )
        initialize(self._initialized, "template")
        self._created = Call("WerReportCreate", arguments | {"report_type": ReportType(kind)})
        self._submit = Call("WerReportSubmit", {"consent": Consent(consent), "flags": SubmitFlags(flags)})
        self._address = self._wer._new_handle()

    def _must_be_created(self) -> None:
        if self._created is None:
            raise ValueError("the template was not created: its __init__ did not run")

    @property
    def address(self) -> int:
        self._must_be_created()
        return self._address

    @property
    def installed(self) -> bool:
        return self._wer._installed is self

    @property
    def files(self) -> list[tuple[str, int, int]]:
        self._must_be_created()
        return list(self._entries)

    def _change(self) -> None:
        if self._sealed:
            raise ValueError("the template is installed or has been reported; prepare a new one")

    def set_parameter(self, index: int, value: str, name: str | None, /) -> None:
        number, value, name = parameter(index, value, name)
        self._must_be_created()
        with turn(self._busy, "template", "one thread changes it at a time"):
            self._change()
            self._parameters[number] = Call("WerReportSetParameter", {"index": number, "value": value, "name": name})

    def add_file(self, path: StrPath, file_type: int, flags: int, /) -> None:
        full = full_path(path)
        self._must_be_created()
        with turn(self._busy, "template", "one thread changes it at a time"):
            self._change()
            if len(self._files) >= _MOST_FILES:
                raise ValueError(f"a template takes at most {_MOST_FILES} files")
            self._files.append(
                Call("WerReportAddFile", {"path": full, "file_type": FileType(file_type), "flags": FileFlags(flags)})
            )
            self._entries.append((full, file_type, flags))

    def set_dump(self, kind: int, options: DumpOptions | None, flags: int, /) -> None:
        check_options(options)
        self._must_be_created()
        with turn(self._busy, "template", "one thread changes it at a time"):
            self._change()
            self._dump = Call(
                "WerReportAddDump",
                {"dump_type": DumpType(kind), "options": options, "flags": DumpFlags(flags)},
            )

    def calls(self) -> list[Call]:
        """What WER is told in a crash, in that order."""
        assert self._created is not None
        assert self._submit is not None
        dump = [] if self._dump.arguments["dump_type"] == DumpType.NONE else [self._dump]
        parameters = [self._parameters[number] for number in sorted(self._parameters)]
        return [self._created, *parameters, *dump, *self._files, self._submit, Call("WerReportCloseHandle", {})]


class HeldHandler:
    """An installation of the crash handler: made once, undone once, and not undone when it is collected."""

    _wer: "FakeWer"

    def __init__(self) -> None:
        self._template: HeldTemplate | None = None

    def install(self, template: HeldTemplate, aborts: bool, ends: bool, /) -> None:
        template._must_be_created()
        check_gap(set(template._parameters))
        if self._wer._installed is not None:
            raise RuntimeError("a crash handler is already installed; a process has one: uninstall that first")
        template._sealed = True
        self._wer._installed = self._template = template

    @property
    def claim(self) -> int:
        return self._template.address if self._template is not None else 0

    @property
    def installed(self) -> bool:
        return self._template is not None and self._template.installed

    def uninstall(self) -> None:
        template, self._template = self._template, None
        if template is not None and template.installed:
            self._wer._installed = None

"""Reports: core/report.pxi in Python."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import Lock

from .._arguments import limited, required
from .._enums import (
    Consent,
    DumpFlags,
    DumpType,
    FileFlags,
    FileType,
    ReportType,
    ReportUI,
    SubmitFlags,
    SubmitResult,
)
from .._limits import (
    WER_MAX_APPLICATION_NAME_LENGTH,
    WER_MAX_DESCRIPTION_LENGTH,
    WER_MAX_EVENT_NAME_LENGTH,
    WER_MAX_FRIENDLY_EVENT_NAME_LENGTH,
    WER_MAX_PARAM_COUNT,
    WER_MAX_PARAM_LENGTH,
    WER_MAX_SIGNATURE_NAME_LENGTH,
)
from .._options import DumpOptions, ExceptionInformation
from .._typing import TYPE_CHECKING, StrPath
from ._checks import MAX_PATH, check, full_path, gone, initialize, integer, pointer, turn
from ._handles import HeldHandle, process_behind
from ._record import Call
from ._snapshot import HeldSnapshot

if TYPE_CHECKING:
    from ._fake import FakeWer


def described(
    event_type: str,
    consent_key: str,
    friendly_event_name: str,
    application_name: str,
    application_path: str,
    description: str,
    namespace_partner: str,
    namespace_group: str,
    application_identity: bytes,
) -> dict[str, object]:
    """Check what people read and WER looks up by."""
    arguments: dict[str, object] = {
        "event_type": required(event_type, WER_MAX_EVENT_NAME_LENGTH, "event_type"),
        "consent_key": limited(consent_key, 63, "consent_key"),
        "friendly_event_name": limited(
            friendly_event_name, WER_MAX_FRIENDLY_EVENT_NAME_LENGTH - 1, "friendly_event_name"
        ),
        "application_name": limited(application_name, WER_MAX_APPLICATION_NAME_LENGTH - 1, "application_name"),
        "application_path": limited(application_path, MAX_PATH - 1, "application_path"),
        "description": limited(description, WER_MAX_DESCRIPTION_LENGTH - 1, "description"),
        "namespace_partner": limited(namespace_partner, 63, "namespace_partner"),
        "namespace_group": limited(namespace_group, 63, "namespace_group"),
        "application_identity": application_identity,
    }
    if not isinstance(application_identity, bytes):
        raise TypeError(f"application_identity must be bytes, got {type(application_identity).__name__}")
    if application_identity and len(application_identity) != 16:
        raise ValueError(f"application_identity takes exactly 16 bytes, got {len(application_identity)}")
    return arguments


def parameter(index: int, value: str, name: str | None) -> tuple[int, str, str | None]:
    """Check a signature parameter."""
    number = integer(index, 0, WER_MAX_PARAM_COUNT - 1, "index")
    checked = limited(value, WER_MAX_PARAM_LENGTH - 1, "value")
    return number, checked, None if name is None else limited(name, WER_MAX_SIGNATURE_NAME_LENGTH, "name")


def check_gap(parameters: set[int]) -> None:
    """WER refuses a report in which a parameter is set while a lower one is not."""
    missing = sorted(set(range(max(parameters, default=-1) + 1)) - parameters)
    if missing:
        raise ValueError(
            f"signature parameters have a gap: {', '.join(f'P{number}' for number in sorted(parameters))} set, "
            f"{', '.join(f'P{number}' for number in missing)} not; set every lower one"
        )


def check_options(options: DumpOptions | None) -> None:
    """Check what `DumpOptions` takes and this machine's pointers may not hold."""
    if options is not None:
        pointer(options.dump_key or 0, "dump_key")
        pointer(options.snapshot or 0, "snapshot")


class HeldReport:
    """The handle of a report: created or adopted once, closed once, and in one call at a time."""

    _wer: "FakeWer"

    def __init__(self) -> None:
        self._handle = 0
        self._busy = Lock()
        self._initialized = Lock()
        self._owned = False
        self._parameters_known = False
        self._parameters: set[int] = set()
        self._result: int | None = None
        self._process: HeldHandle | None = None
        self._taken: list[Call] = []  # without those that WER refused

    def __del__(self) -> None:
        self._free()

    def create(
        self,
        event_type: str,
        kind: int,
        process: HeldHandle | None,
        consent_key: str,
        friendly_event_name: str,
        application_name: str,
        application_path: str,
        description: str,
        parent_window: int,
        namespace_partner: str,
        namespace_group: str,
        application_identity: bytes,
        snapshot: int,
        delete_files_token: int,
        submit_result_max: int | None,
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
        arguments |= {
            "report_type": ReportType(kind),
            "process": None if process is None else process.id,
            "parent_window": pointer(parent_window, "parent_window"),
            "snapshot": pointer(snapshot, "snapshot"),
            "delete_files_token": pointer(delete_files_token, "delete_files_token"),
            "submit_result_max": None,
        }
        if submit_result_max is not None:
            arguments["submit_result_max"] = integer(submit_result_max, 0, 0x7FFFFFFF, "submit_result_max")
        initialize(self._initialized, "report")
        hr = self._wer._answer("WerReportCreate", **arguments)
        if hr < 0:
            self._initialized.release()
            check(self._wer, hr, "WerReportCreate")
        self._taken.append(Call("WerReportCreate", arguments))
        self._handle = self._wer._new_handle()
        self._owned = self._parameters_known = True
        self._process = process

    def adopt(self, handle: int, owned: bool, /) -> None:
        given = pointer(handle, "handle")
        if not given:
            raise ValueError("handle is 0, which is no report handle")
        initialize(self._initialized, "report")
        self._handle = given
        self._owned = bool(owned)

    @contextmanager
    def _begin(self) -> Iterator[None]:
        with turn(self._busy, "report", "a report takes one call at a time"):
            if not self._handle:
                raise ValueError("the report is closed")
            if self.submitted:
                raise ValueError("the report has been submitted; file a new one")
            yield

    @property
    def handle(self) -> int:
        return self._handle

    @property
    def submitted(self) -> bool:
        return self._result is not None

    @property
    def result(self) -> int | None:
        return self._result

    @property
    def process(self) -> HeldHandle | None:
        return self._process

    def set_parameter(self, index: int, value: str, name: str | None, /) -> None:
        number, value, name = parameter(index, value, name)
        with self._begin():
            hr = self._answer("WerReportSetParameter", index=number, value=value, name=name)
            if hr >= 0:
                self._parameters.add(number)
        check(self._wer, hr, "WerReportSetParameter")

    def set_ui_option(self, option: int, value: str, /) -> None:
        value = limited(value, 1023, "value")
        with self._begin():
            hr = self._answer("WerReportSetUIOption", option=ReportUI(option), value=value)
        check(self._wer, hr, "WerReportSetUIOption")

    def add_file(self, path: StrPath, file_type: int, flags: int, /) -> None:
        full = full_path(path)
        with self._begin():
            hr = self._answer("WerReportAddFile", path=full, file_type=FileType(file_type), flags=FileFlags(flags))
        check(self._wer, hr, "WerReportAddFile", full)

    def add_dump(
        self,
        kind: DumpType | int,
        process: HeldHandle | None,
        thread: HeldHandle | None,
        exception: ExceptionInformation | None,
        options: DumpOptions | None,
        flags: int,
        snapshot: HeldSnapshot | None,
        /,
    ) -> None:
        if exception is not None:
            pointer(exception.pointers, "pointers")
        check_options(options)
        if process is None:
            process = self._process if snapshot is None else snapshot._process
        of = process_behind(self._wer, process)
        if snapshot is not None and options is not None and options.snapshot:
            raise TypeError("pass snapshot or options.snapshot, not both")
        with nullcontext() if snapshot is None else turn(snapshot._busy, "snapshot", "it takes one at a time"):
            if snapshot is not None and not snapshot.handle:
                raise ValueError("the snapshot is closed")
            with self._begin():
                hr = self._answer(
                    "WerReportAddDump",
                    dump_type=DumpType(kind),
                    process=of.pid,
                    thread=None if thread is None else thread.id,
                    exception=exception,
                    options=options,
                    flags=DumpFlags(flags),
                    snapshot=None if snapshot is None else snapshot.handle,
                )
        if hr < 0 and of.ended:
            raise gone("process", of.pid)
        check(self._wer, hr, "WerReportAddDump")

    def submit(self, consent: int, flags: int, /) -> int:
        with self._begin():
            if self._parameters_known:
                check_gap(self._parameters)
            hr = self._answer("WerReportSubmit", consent=Consent(consent), flags=SubmitFlags(flags))
            if hr >= 0:
                self._result = self._wer._submit(self._taken)
                if self._result != SubmitResult.ASYNC:
                    self._process = None
        check(self._wer, hr, "WerReportSubmit")
        assert self._result is not None
        return self._result

    def close(self) -> None:
        with turn(self._busy, "report", "close it afterwards"):
            hr = self._free()
            self._process = None
        check(self._wer, hr, "WerReportCloseHandle")

    def _answer(self, function: str, **arguments: object) -> int:
        hr = self._wer._answer(function, report=self._handle, **arguments)
        if hr >= 0:
            self._taken.append(Call(function, arguments))
        return hr

    def _free(self) -> int:
        """Free the handle, if it is the report's. It is forgotten first: whatever the fake answers, it is gone."""
        handle, self._handle = self._handle, 0
        return self._wer._answer("WerReportCloseHandle", report=handle) if handle and self._owned else 0

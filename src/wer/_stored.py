"""`StoredReport`: what is known of a report on disk, whether the report store or its Report.wer told it."""

from dataclasses import dataclass as _dataclass
from datetime import UTC as _UTC
from datetime import datetime as _datetime
from datetime import timedelta as _timedelta
from uuid import UUID as _UUID

from . import _report_meaning
from ._enums import FileFlags as _FileFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable as _Iterable

_FILETIME_EPOCH = _datetime(1601, 1, 1, tzinfo=_UTC)


def from_filetime(value: int) -> _datetime | None:
    """Turn a FILETIME, 100 ns steps since 1601 in UTC, into an aware datetime.

    Parameters
    ----------
    value : int
        0 to 2**64 - 1: both halves of the structure as one number.

    Returns
    -------
    datetime or None
        Whole microseconds: a datetime holds no finer step. None for 0, which stands for "no time", and for what a
        datetime cannot hold, a time after the year 9999: any program can write that into a report.
    """
    try:
        return _FILETIME_EPOCH + _timedelta(microseconds=value // 10) if value else None
    except OverflowError:
        return None


@_dataclass(frozen=True, slots=True)
class SignatureParameter:
    """One parameter of a report's signature, or of its dynamic signature.

    Attributes
    ----------
    index : int
        Its number: n of "Pn" in a signature. In a dynamic signature it tells what the parameter is in every
        language of Windows: 1 is the OS version, 2 the locale id, 22 and up what the event type adds.
    name, value : str
        As the report has them; empty where it has none. Windows writes names in its display language.
    """

    index: int
    name: str = ""
    value: str = ""


def complete_signature(parameters: "_Iterable[SignatureParameter]") -> tuple[SignatureParameter, ...]:
    """Put P0 and on in order, with an empty one in each gap, and leave unused ones at the end out."""
    used = {parameter.index: parameter for parameter in parameters if parameter.name or parameter.value}
    return tuple([used.get(index) or SignatureParameter(index) for index in range(max(used, default=-1) + 1)])


@_dataclass(frozen=True, slots=True)
class ReportFile:
    """One file of a report; None where the source does not tell. The report store tells names only.

    Attributes
    ----------
    name : str or None
        What the file is called when it is sent, e.g. ``"minidump.mdmp"``.
    path : str or None
        What it is called in the report's folder: of what WER made another name, e.g. ``"WER1A2B.tmp.mdmp"``.
    file_type : FileType or int or None
        What it is.
    flags : FileFlags or None
        WER's own bits, in the upper half, are kept.
    original_path : str or None
        Where it came from.
    """

    name: str | None = None
    path: str | None = None
    file_type: int | None = None
    flags: _FileFlags | None = None
    original_path: str | None = None


@_dataclass(frozen=True, slots=True, kw_only=True)
class StoredReport:
    """A report as it lies on disk.

    None means that the source does not tell, which is not the same as empty. What a source tells: "V1", "V2"
    and "V3" are the structures WER_REPORT_METADATA_V1 to _V3 of the report store, each with all of the one
    before; the other words are names in a Report.wer file, as `read_report` reads it. Microsoft documents none
    of those, and what each of them means is read from published files.

    The properties tell what the report means. They read it from the fields, so they work for reports of the store
    too; None means that the event type or the source does not tell, or that what it tells cannot be read.

    Attributes
    ----------
    key : str
        The store's key, the path of the report's folder.
    event_type : str or None
        V1, EventType. None for a report of the store that the caller may not read.
    signature : tuple of SignatureParameter
        V1, Sig[n]. P0 and on, so that ``signature[n].index`` is n; unused ones at the end are left out.
    dynamic_signature : tuple of SignatureParameter or None
        DynamicSig[n]. What WER adds; the indices have gaps.
    report_type : ReportType or int or None
        ReportType.
    consent : Consent or int or None
        Consent.
    created, uploaded : datetime or None
        V1, EventTime; UploadTime. In UTC. None also for "no time", and for a time after the year 9999.
    status : int or None
        V2, ReportStatus. A bit field; what its bits mean is not published.
    report_id, integrator_report_id : UUID or None
        V1, ReportIdentifier; V2, IntegratorReportIdentifier.
    bucket_id : UUID or None
        V1. A hash of the signature.
    bucket_id_string : str or None
        V3, Response.BucketId. The server's bucket: 32 hexadecimal digits, or text for a kernel report.
    legacy_bucket_id : int or None
        V3, Response.LegacyBucketId.
    cab_id : str or None
        V2, Response.CabId. Decimal; empty in a report that was not uploaded.
    size : int or None
        V1. Bytes of all files in the report's folder.
    files : tuple of ReportFile or None
        V2, File[n].
    loaded_modules : tuple of str or None
        LoadedModule[n]: paths.
    friendly_event_name, application_name, application_path, description : str or None
        V3; FriendlyEventName, AppName, AppPath, ReportDescription.
    consent_key, namespace_partner, namespace_group : str or None
        ConsentKey, NsPartner, NsGroup.
    extra : tuple of (str, str)
        Every other line of the file, as name and value in their order; ``dict(report.extra)["BootId"]``. Also the
        lines above that could not be read, as they are; one without "=" is a name with an empty value.
    """

    key: str
    event_type: str | None
    signature: tuple[SignatureParameter, ...] = ()
    dynamic_signature: tuple[SignatureParameter, ...] | None = None
    report_type: int | None = None
    consent: int | None = None
    created: _datetime | None = None
    uploaded: _datetime | None = None
    status: int | None = None
    report_id: _UUID | None = None
    integrator_report_id: _UUID | None = None
    bucket_id: _UUID | None = None
    bucket_id_string: str | None = None
    legacy_bucket_id: int | None = None
    cab_id: str | None = None
    size: int | None = None
    files: tuple[ReportFile, ...] | None = None
    loaded_modules: tuple[str, ...] | None = None
    friendly_event_name: str | None = None
    application_name: str | None = None
    application_path: str | None = None
    description: str | None = None
    consent_key: str | None = None
    namespace_partner: str | None = None
    namespace_group: str | None = None
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def exception_code(self) -> int | None:
        """What was raised, an NTSTATUS or HRESULT: 0xC0000005 is an access violation.

        APPCRASH, BEX, BEX64 and their packaged forms tell it. In BEX and BEX64 it stands in another place than in
        APPCRASH. CLR20r3 does not tell it: see `exception_type`.
        """
        return _report_meaning.hexadecimal(self, "exception_code", 8)

    @property
    def exception_offset(self) -> int | None:
        """Where it was raised, in bytes from the start of `fault_module`; for CLR20r3, in `fault_method`'s IL.

        None also where WER wrote text such as ``PCH_48_FROM_ntdll+0x0002DA1C`` (`signature` has it): that is no
        offset in `fault_module`.
        """
        return _report_meaning.hexadecimal(self, "exception_offset", 16)

    @property
    def exception_data(self) -> int | None:
        """BEX, BEX64: more about the exception. For 0xC0000409 the code of the fast-fail, 7 is abort() (inferred).

        For 0xC0000005 it is 8 when data was executed (inferred).
        """
        return _report_meaning.hexadecimal(self, "exception_data", 16)

    @property
    def exception_type(self) -> str | None:
        """CLR20r3: the .NET class, such as ``System.InvalidOperationException``; a hash where its name is long."""
        return _report_meaning.text(self, "exception_type")

    @property
    def fault_module(self) -> str | None:
        """The module whose code failed, such as ``ntdll.dll``; for CLR20r3 the assembly. As the report has it.

        ``hook.dll_unloaded`` was there no longer, ``unknown`` is none, and in ``StackHash_e372`` a hash of the
        stack stands for a module that WER could not tell.
        """
        return _report_meaning.text(self, "fault_module")

    @property
    def fault_module_version(self) -> str | None:
        """Its version, such as ``10.0.19041.3636``; ``0.0.0.0`` where it has none."""
        return _report_meaning.text(self, "fault_module_version")

    @property
    def fault_method(self) -> int | None:
        """CLR20r3: the method that failed, as its token in the assembly's metadata: 0x060001AD.

        The report has it without the table's number, 0x06, which is added here.
        """
        row = _report_meaning.hexadecimal(self, "fault_method", 6)
        return None if row is None else 0x06000000 | row

    @property
    def hang_type(self) -> int | None:
        """AppHangB1 and the other hangs: how it hung. A bit field; what its bits mean is not published."""
        return _report_meaning.decimal(self, "hang_type")

    @property
    def waiting_on(self) -> str | None:
        """AppHangXProcB1, MoAppHangXProc: the program that it waited for, such as ``svchost.exe:DNSResolver``."""
        return _report_meaning.text(self, "waiting_on")

    @property
    def os_version(self) -> tuple[int, ...] | None:
        """The Windows: major, minor, build, and the revision where the report has it: ``(10, 0, 19045, 3930)``.

        From OsInfo; in files without it, as older Windows wrote them, from DynamicSig[1], which has no revision.
        """
        return _report_meaning.os_version(self)

    @property
    def os_build(self) -> int | None:
        """The build of `os_version`: 19045."""
        version = self.os_version
        return version[2] if version else None

    @property
    def application_sha1(self) -> str | None:
        """The SHA-1 of the program's file in 40 lower-case digits, from TargetAppId; not of packaged applications.

        Of its first 30 MiB, if it is larger (seen by others, not documented).
        """
        return _report_meaning.application_sha1(self)

    @property
    def application_link_time(self) -> _datetime | None:
        """When the program was linked, in UTC, as its PE header has it. From TargetAppVer, or the signature.

        In a reproducible build, as Windows' own programs are, it is a hash and no time.
        """
        return _report_meaning.application_link_time(self)

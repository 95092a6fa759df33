"""The crash handler from one crash to the next: what it is after each, and what of it stays.

A program that goes on after a crash is rare, so the filter is called by hand here, with exceptions that nobody has
raised, above a filter that says whether the program goes on. Processes that really crash are in test_crash_handler.py.
"""

import ctypes
import sys

import pytest
from in_time import in_time
from native_table import exception_pointers, is_allocated, native_table

import wer

ACCESS_VIOLATION, STACK_OVERFLOW, WER_E_NOT_FOUND = 0xC0000005, 0xC00000FD, 0x80070490
ENDS, SEARCHES, GOES_ON = 1, 0, -1  # EXCEPTION_EXECUTE_HANDLER, EXCEPTION_CONTINUE_SEARCH, EXCEPTION_CONTINUE_EXECUTION
FILTER = ctypes.WINFUNCTYPE(ctypes.c_long, ctypes.c_void_p)
# Where they are in the claim, and the size of a parameter and of its name.
REPORTED, PARAMETERS = 8, 16 + 2 * 65
PARAMETER, NAME = 2 * (129 + 260), 2 * 129


def prepared(**options):
    template = wer.ReportTemplate("WerTests.States", consent=wer.Consent.NOT_ASKED, **options)
    template.set_dump(wer.DumpType.NONE)
    return template


class Chain:
    """Filters: ours when it is installed, and below it one of the test's."""

    def __init__(self, windll):
        self.set_filter = windll.SetUnhandledExceptionFilter
        self.passed_on = 0
        self.answer = ENDS
        self.below = FILTER(self.called)
        self.before = self.set_filter(self.below)

    def called(self, pointers):
        self.passed_on += 1
        return self.answer

    def crash(self, answer, code=ACCESS_VIOLATION):
        """Call what is on top, as Windows does; what is below ours says `answer`, and that counts."""
        top = self.set_filter(None)
        self.set_filter(top)
        self.answer, passed_on = answer, self.passed_on
        assert FILTER(top)(exception_pointers(code)) == answer
        assert self.passed_on == passed_on + 1

    def close(self):
        assert self.set_filter(self.before) == ctypes.cast(self.below, ctypes.c_void_p).value


@pytest.fixture
def chain(windll, standin):
    windll.SetUnhandledExceptionFilter.argtypes = [ctypes.c_void_p]
    windll.SetUnhandledExceptionFilter.restype = ctypes.c_void_p
    chain = Chain(windll)
    yield chain
    chain.close()


@pytest.mark.parametrize(
    ("answers", "reports"),
    [
        ([GOES_ON] * 3, 3),
        ([SEARCHES] * 2, 1),
        ([ENDS] * 2, 1),
        ([SEARCHES, GOES_ON, SEARCHES], 1),
    ],
)
@pytest.mark.parametrize("code", [ACCESS_VIOLATION, STACK_OVERFLOW], ids=hex)
def test_it_reports_again_only_where_it_has_reported_and_the_program_goes_on(chain, standin, answers, reports, code):
    with wer.install_crash_handler(prepared()):
        for answer in answers:
            in_time(chain.crash, answer, code)
    assert len(standin.calls("WerReportSubmit")) == reports


def test_installed_again_it_reports_again(chain, standin):
    for number in range(3):
        with wer.install_crash_handler(prepared()) as handler:
            assert not marked(handler)
            chain.crash(SEARCHES)
            assert marked(handler)
        assert len(standin.calls("WerReportSubmit")) == number + 1


def marked(handler):
    """Whether the exception module is told that the crash has been reported."""
    return ctypes.c_uint32.from_address(handler._held.claim + REPORTED).value


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({}, "fail WerReportCreate 1 0x80004005"),
        ({}, "fail WerReportSubmit 1 0x80004005"),
        ({"flags": wer.SubmitFlags.NO_QUEUE}, "server offline"),  # WerReportFailed
    ],
    ids=["not made", "not submitted", "failed"],
)
def test_what_there_is_no_report_of_is_not_marked(chain, standin, options, rule):
    standin.control(rule)
    with wer.install_crash_handler(prepared(**options)) as handler:
        chain.crash(SEARCHES)
        assert not marked(handler)


def parameter(claim, index):
    start = claim + PARAMETERS + index * PARAMETER
    return ctypes.wstring_at(start), ctypes.wstring_at(start + NAME)


def test_the_claim_has_nothing_of_the_one_before(chain):
    """Where the parameters of the next have a gap, too."""
    full, gapped = prepared(), prepared()
    for index in range(3):
        full.set_parameter(index, f"value {index}", f"name {index}")
    for index in (0, 2):
        gapped.set_parameter(index, "value")
    with wer.install_crash_handler(full) as handler:
        claim = handler._held.claim
        assert parameter(claim, 1) == ("name 1", "value 1")
    native = native_table()
    address = native.template_from_object(gapped)
    assert native.install_handler(address) == 0  # which Python does not do with a gap
    assert [parameter(claim, index) for index in range(3)] == [("P0", "value"), ("P1", ""), ("P2", "value")]
    assert native.uninstall_handler(address) == 0
    native.template_release(address)


def test_a_report_of_the_program_itself_is_waited_for(chain, standin, pool):
    """To pass the crash on would end the process, and the report."""
    native, own = native_table(), prepared()
    address = native.template_from_object(own)
    with wer.install_crash_handler(prepared()), standin.block("WerReportSubmit") as blocked:
        first = pool.submit(native.report_exception, address, exception_pointers(ACCESS_VIOLATION), None)
        blocked.wait_until_entered()
        second = pool.submit(chain.crash, SEARCHES)
        with pytest.raises(TimeoutError):
            second.result(0.3)
        assert chain.passed_on == 0
        blocked.release()
        assert first.result(30) == 0
        second.result(30)
    native.template_release(address)
    assert len(standin.calls("WerReportCreate")) == 1


class TestTemplate:
    """Nothing of a template stays when it is uninstalled and nobody else has it, and not before."""

    @pytest.mark.parametrize("crash", [None, ACCESS_VIOLATION, STACK_OVERFLOW])
    def test_is_given_back(self, chain, crash):
        template = prepared()
        address = template._held.address
        handler = wer.install_crash_handler(template)
        del template
        if crash is not None:
            chain.crash(GOES_ON, crash)
        assert is_allocated(address)
        handler.uninstall()
        del handler
        assert not is_allocated(address)

    def test_is_there_as_long_as_a_crash_is_reported_with_it(self, chain, standin, pool):
        template = prepared()
        address = template._held.address
        handler = wer.install_crash_handler(template)
        del template
        with standin.block("WerReportSubmit") as blocked:
            crash = pool.submit(chain.crash, SEARCHES)
            blocked.wait_until_entered()
            handler.uninstall()
            del handler
            assert is_allocated(address)
            blocked.release()
            crash.result(30)
        wer.install_crash_handler(prepared()).uninstall()  # which looks after what was kept
        assert not is_allocated(address)


def test_another_template_is_not_installed(chain):
    native, other = native_table(), prepared()
    with wer.install_crash_handler(prepared()) as handler:
        assert "installed" not in repr(other)
        address = native.template_from_object(other)
        assert native.uninstall_handler(address) & 0xFFFFFFFF == WER_E_NOT_FOUND
        native.template_release(address)
        assert handler.installed


def test_it_stays_in_memory(finish, standin):
    """Whoever frees the module: Windows calls the filter by its address."""
    code = """
import ctypes, faulthandler, wer
faulthandler.dump_traceback_later(30, exit=True)
kernel32 = ctypes.WinDLL("kernel32")
kernel32.SetErrorMode(0x1 | 0x2)  # SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX: no dialog
kernel32.FreeLibrary.argtypes = [ctypes.c_void_p]
kernel32.GetModuleHandleW.restype = ctypes.c_void_p
kernel32.GetModuleHandleW.argtypes = [ctypes.c_wchar_p]
template = wer.ReportTemplate("WerTests.States", consent=wer.Consent.NOT_ASKED)
template.set_dump(wer.DumpType.NONE)
wer.install_crash_handler(template)
module = kernel32.GetModuleHandleW(wer._werapi.__file__)
for _ in range(100):
    kernel32.FreeLibrary(module)
print(kernel32.GetModuleHandleW(wer._werapi.__file__) == module, flush=True)
ctypes.c_int.from_address(16).value
"""
    done = finish([sys.executable, "-I", "-c", code])
    assert (done.code, done.lines) == (ACCESS_VIOLATION, ["True"])
    assert len(standin.reports()) == 1

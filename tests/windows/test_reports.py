"""`wer.reports` and ``wer store`` with what the stand-in keeps, also while it is changed."""

import contextlib
import json
import shutil
import subprocess
import sys
import threading

import pytest
from clirun import run

import wer
from wer.reports import ExportStatus, StoreState, export, list_reports

QUEUE = wer.StoreType.MACHINE_QUEUE


def file_report(event="WerTests.Listed", consent=wer.Consent.NOT_ASKED, *, dump=False):
    with wer.Report(event, application_name="Spooler", application_path="C:\\Programs\\spooler.exe") as report:
        report.set_parameter(0, "4.2.1", "Version")
        if dump:
            report.add_dump()
        report.submit(consent)


def test_a_listing(standin):
    file_report("WerTests.First")
    file_report("WerTests.Second", dump=True)
    listing = list_reports()
    assert {entry.key for entry in listing.reports} == {str(folder) for folder in standin.reports()}
    assert {(entry.store, entry.application) for entry in listing.reports} == {(QUEUE, "spooler.exe")}
    assert [store.state for store in listing.stores] == [StoreState.READ] * 4
    assert listing.complete
    assert [entry.event for entry in list_reports(event="*first").reports] == ["WerTests.First"]
    assert len(list_reports(application="Spooler").reports) == 2


@pytest.mark.parametrize("scope", ["user", "machine"])
@pytest.mark.parametrize("online", [False, True])
def test_in_every_store(standin, scope, online):
    standin.control(f"scope {scope}", "server online" if online else "server offline")
    try:
        file_report(consent=wer.Consent.APPROVED)
        [entry] = list_reports().reports
    finally:
        standin.control("scope machine", "server offline")
    assert entry.store is wer.StoreType[f"{scope}_{'archive' if online else 'queue'}".upper()]


def test_a_store_that_may_not_be_opened(standin):
    file_report()
    standin.answer("WerStoreOpen", 0x80070005, nth=1)
    ran = run("store", "list", "--json")
    assert ran.code == 3
    assert [store["state"] for store in ran.answer["stores"]] == ["unreadable", "read", "read", "read"]
    assert len(ran.answer["reports"]) == 1
    assert "0x80070005" in ran.err


def test_one_report_hides_no_other(standin):
    for _ in range(3):
        file_report()
    standin.answer("WerStoreQueryReportMetadataV3", 0x80004005, nth=2)
    listing = list_reports()
    assert len(listing.reports) == 3
    # What the store does not tell, the file does.
    assert sorted(entry.told_by for entry in listing.reports) == ["file", "store", "store"]


def test_an_export(standin, tmp_path):
    file_report(dump=True)
    [folder] = standin.reports()
    target = tmp_path / "target"
    [one] = export(target).reports
    assert one.status is ExportStatus.COPIED
    for file in folder.iterdir():
        assert (target / one.folder / file.name).read_bytes() == file.read_bytes()
    manifest = json.loads((target / one.folder / "manifest.json").read_text("ascii"))
    assert {file["name"] for file in manifest["files"]} == {file.name for file in folder.iterdir()}
    assert any(name["name"].endswith("mdmp") for name in manifest["files"])
    assert export(target).copied == 0


def test_a_file_in_use(standin, tmp_path):
    """By a program that shares it with nobody."""
    file_report(dump=True)
    [folder] = standin.reports()
    [dump] = [path for path in folder.iterdir() if path.suffix.endswith("dmp")]
    code = (
        "import ctypes, sys; from ctypes import c_void_p, wintypes\n"
        "create, number = ctypes.WinDLL('kernel32').CreateFileW, wintypes.DWORD\n"
        "create.argtypes = [wintypes.LPCWSTR, number, number, c_void_p, number, number, c_void_p]\n"
        "create.restype = wintypes.HANDLE\n"
        "print(create(sys.argv[1], 0x80000000, 0, None, 3, 0, None) != wintypes.HANDLE(-1).value, flush=True)\n"
        "input()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(dump)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout.readline().strip() == "True"
        [one] = export(tmp_path / "target").reports
    finally:
        holder.communicate("\n")
    assert one.status is ExportStatus.PARTLY
    assert [name for name, _ in one.left_out] == [dump.name]
    assert export(tmp_path / "target").complete


def test_while_another_thread_changes_the_store(standin, tmp_path):
    """Reports come and go all the time; those that stay are all found, and all copied whole."""
    for _ in range(10):
        file_report()
    stay = {str(folder) for folder in standin.reports()}
    [sample, *_] = standin.reports()
    stop = threading.Event()

    def change():
        number = 0
        while not stop.is_set():
            number += 1
            folder = sample.with_name(f"NonCritical_Changing_{number % 3}")
            with contextlib.suppress(OSError):
                shutil.copytree(sample, folder, copy_function=shutil.copyfile)  # Wine 8 has no CopyFile2
            with contextlib.suppress(OSError):
                shutil.rmtree(folder)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for number in range(5):
            listing = list_reports()
            assert stay <= {entry.key for entry in listing.reports}
            done = export(tmp_path / str(number), listing)
            status = {one.entry.key: one.status for one in done.reports}
            assert {status[key] for key in stay} == {ExportStatus.COPIED}
    finally:
        stop.set()
        thread.join(60)


def test_upload(standin):
    file_report()
    [folder] = standin.reports()
    assert run("store", "upload", folder.name).code == 0
    assert standin.count("WerStoreUploadReport") == 0
    ran = run("store", "upload", folder.name, "--yes", "--json")
    assert standin.count("WerStoreUploadReport") == 1
    assert ran.code in (1, 3)
    standin.control("server online")
    try:
        ran = run("store", "upload", folder.name, "--yes")
    finally:
        standin.control("server offline")
    assert (ran.code, ran.out) == (0, f"{folder}: sent\n")


def test_purge(standin):
    for _ in range(3):
        file_report()
    ran = run("store", "purge", "--json")
    assert (ran.code, len(ran.answer["reports"]), standin.count("WerStorePurge")) == (0, 3, 0)
    ran = run("store", "purge", "--yes")
    assert (ran.code, ran.out) == (0, "3 reports are gone.\n")
    assert standin.reports() == []
    assert run("store", "purge", "--yes").out == "There are no reports.\n"


def test_purge_without_the_rights(standin):
    file_report()
    standin.answer("WerStorePurge", 0x80070005)
    ran = run("store", "purge", "--yes")
    assert ran.code == 4
    assert "WerStorePurge" in ran.err

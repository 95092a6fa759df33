"""What begins something that lasts: if it fails, nothing has begun. If its end fails, another ends it."""

from operations import REGISTERED, reporter_of, template_of

import wer
import wer.service


class Beginning:
    """`begin` returns what `end` ends."""

    def __init__(self, name, begin, end):
        self.name = name
        self.begin = begin
        self.end = end


def _started_watchdog(world):
    return wer.Watchdog(60, "WerTests", stacks=False, folder=world.folder)


def _watchdog_with_stacks(world):
    return wer.Watchdog(60, "WerTests", folder=world.folder)


def _enabled(world):
    return wer.enable(
        "WerTests",
        consent=wer.Consent.NOT_ASKED,
        fast_fail=True,
        folder=str(world.folder / "private"),
        limits=None,
        timeout=30,
    )


def _hooked(world):
    reporter = reporter_of(world, [])
    try:
        return reporter, wer.service.Hooks(reporter).install()
    except BaseException:
        reporter.close()
        raise


def _unhook(begun):
    reporter, hooks = begun
    hooks.uninstall()
    reporter.close()


def _enriched(world):
    return wer.service.enrich(
        metadata={"Queue": "42"},
        files=[world.file],
        faulthandler=False,
        ring_log=wer.service.RingLog(4096),
        folder=world.private,
    )


BEGINNINGS = [
    Beginning("Report", lambda world: wer.Report("WerTests.Every", process=world.process), wer.Report.close),
    Beginning("ProcessSnapshot", lambda world: wer.ProcessSnapshot(world.process), wer.ProcessSnapshot.close),
    Beginning("Store", lambda world: wer.Store(world.store), wer.Store.close),
    Beginning(
        "install_crash_handler",
        lambda world: wer.install_crash_handler(template_of(world)),
        wer.CrashHandler.uninstall,
    ),
    Beginning(
        "install_crash_handler fast_fail",
        lambda world: wer.install_crash_handler(template_of(world), fast_fail=True),
        wer.CrashHandler.uninstall,
    ),
    Beginning("Watchdog", _started_watchdog, wer.Watchdog.close),
    Beginning("Watchdog with stacks", _watchdog_with_stacks, wer.Watchdog.close),
    Beginning("enable", _enabled, wer.service.Service.close),
    Beginning("Reporter", lambda world: reporter_of(world, []), wer.service.Reporter.close),
    Beginning("Limits", lambda world: wer.service.Limits(folder=world.private), wer.service.Limits.close),
    Beginning("Hooks", _hooked, _unhook),
    Beginning("enrich", _enriched, wer.service.Enrichment.undo),
    *(Beginning(f"register_{name}", register, wer.Registration.unregister) for name, register in REGISTERED.items()),
]

"""A `FakeWer` whose calls can be kept waiting, as the stand-in's can."""

import contextlib
import threading

import wer.testing

PATIENCE = 30  # seconds for what takes none


class PatientWer(wer.testing.FakeWer):
    """Have a call wait inside."""

    def __init__(self):
        super().__init__()
        self.waits_in = ""
        self.entered = threading.Event()
        self.release = threading.Event()

    def _answer(self, function, **arguments):
        if function == self.waits_in:
            self.waits_in = ""
            self.entered.set()
            assert self.release.wait(PATIENCE)
        return super()._answer(function, **arguments)

    @contextlib.contextmanager
    def inside(self, function, call):
        """Another thread is in `function`, in a call of `call`."""
        self.waits_in = function
        thread = threading.Thread(target=call)
        thread.start()
        try:
            assert self.entered.wait(PATIENCE)
            yield
        finally:
            self.release.set()
            thread.join(PATIENCE)

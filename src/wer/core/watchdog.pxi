# The beats of a watchdog, and its threads in C (native/watchdog.c). `Watchdog`, in service/_watchdog.py, is made of it.

cdef extern from "watchdog.h" nogil:
    struct WerBeats:
        LONG beats
        LONG thread
        LONG due
        LONG hangs
        LONG over
        LONG milliseconds
        LONG hr
        LONG result
        LONG left_out
        LONG stop
    ctypedef ULONGLONG (*WER_CLOCK)()
    struct WerWatch:
        DWORD timeout
        DWORD poll
        DWORD refresh
        HANDLE stacks
        long long stacks_at
        DWORD stacks_wait
        DWORD most
        BOOL end
        WER_CLOCK clock
    struct WerWatchdog:
        pass
    HRESULT wer_watchdog_start(WerTemplate *t, const WerWatch *watch, WerWatchdog **result, WerBeats **beats)
    BOOL wer_watchdog_stop(WerWatchdog *w, DWORD milliseconds)
    void wer_watchdog_release(WerWatchdog *w)


@cython.final
cdef class HeldWatchdog:
    # A counter that is watched, by threads of this process or by another process that shares its memory.

    cdef WerBeats *_beats  # never NULL; it stays where it is until this object goes
    cdef WerBeats _own  # until somebody watches
    cdef WerWatchdog *_watchdog  # NULL: no threads of this process
    cdef Py_buffer _shared
    cdef bint _is_shared
    cdef LONG _initialized
    cdef object _tend  # called by a beat when the watchdog has something for Python

    def __cinit__(self):
        self._beats = &self._own

    def __dealloc__(self):
        wer_watchdog_release(self._watchdog)
        if self._is_shared:
            PyBuffer_Release(&self._shared)

    def watch(
        self, HeldTemplate template not None, DWORD timeout, DWORD poll, DWORD refresh, stacks, DWORD stacks_at,
        DWORD stacks_wait, DWORD most, bint end, tend, clock, /
    ):
        # Start the threads. Times are in milliseconds; `stacks` and `clock` may be 0.
        cdef WerWatch watch
        cdef HRESULT hr
        watch.timeout = timeout
        watch.poll = poll
        watch.refresh = refresh
        watch.stacks = pointer(stacks, "stacks")
        watch.stacks_at = stacks_at
        watch.stacks_wait = stacks_wait
        watch.most = most
        watch.end = end
        watch.clock = <WER_CLOCK>pointer(clock, "clock")
        template.get()
        check_gap(template._parameters)
        initialize(&self._initialized, "watchdog", "started")
        self._tend = tend
        with nogil:
            hr = wer_watchdog_start(template._template, &watch, &self._watchdog, &self._beats)
        if hr < 0:
            raise windows_error(f"the watchdog cannot be started: {system_text(hr)}", hr & 0xFFFF)

    def share(self, memory, tend, /):
        # Beat in memory that another process watches.
        initialize(&self._initialized, "watchdog", "started")
        PyObject_GetBuffer(memory, &self._shared, PyBUF_WRITABLE)
        self._is_shared = True
        if self._shared.len < <Py_ssize_t>sizeof(WerBeats):
            raise ValueError(f"memory takes at least {sizeof(WerBeats)} bytes, got {self._shared.len}")
        self._tend = tend
        self._beats = <WerBeats *>self._shared.buf
        self._beats.thread = <LONG>GetCurrentThreadId()

    def beat(self):
        # Takes no lock and makes no system call. Two threads at once may count as one.
        cdef WerBeats *beats = self._beats
        beats.beats = <LONG>(<DWORD>beats.beats + 1)
        beats.thread = <LONG>GetCurrentThreadId()
        if beats.due:
            beats.due = 0
            if self._tend is not None:
                self._tend()

    @property
    def told(self):
        # What the watchdog tells: hangs, those that are over, milliseconds and the report's HRESULT and answer of the last
        # one, reports left out.
        cdef WerBeats *beats = self._beats
        return beats.hangs, beats.over, beats.milliseconds, beats.hr, beats.result, beats.left_out

    def stop(self, DWORD milliseconds, /):
        # Watch no more; wait so long for a report that is being filed. Whether all is done.
        cdef BOOL done = True
        self._beats.stop = True
        if self._watchdog != NULL:
            with nogil:
                done = wer_watchdog_stop(self._watchdog, milliseconds)
        return bool(done)

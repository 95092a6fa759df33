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
        HANDLE process
        WerBeats *beats
        WER_CLOCK clock
    struct WerWatchdog:
        pass
    HRESULT wer_watchdog_start(WerTemplate *t, const WerWatch *watch, WerWatchdog **result, WerBeats **beats)
    BOOL wer_watchdog_stop(WerWatchdog *w, DWORD milliseconds)
    void wer_watchdog_release(WerWatchdog *w)


@cython.final
cdef class HeldWatchdog:
    # A counter that is watched by threads of this process, or shared with a process that watches it.

    cdef WerBeats *_beats  # never NULL; what it points to stays for as long as this object
    cdef WerBeats _own  # while nobody watches
    cdef WerWatchdog *_watchdog  # NULL: no threads of this process
    cdef Py_buffer _memory
    cdef bint _has_memory
    cdef LONG _initialized  # 1: watched or shared, once; changed atomically
    cdef object _tend  # called by a beat when the watchdog has something to be seen to

    def __cinit__(self):
        self._beats = &self._own

    def __dealloc__(self):
        # Threads that still report may read and write the shared memory: then it stays.
        if self._has_memory and (self._watchdog == NULL or wer_watchdog_stop(self._watchdog, 0)):
            PyBuffer_Release(&self._memory)
        wer_watchdog_release(self._watchdog)

    cdef WerBeats *beats_in(self, object memory) except NULL:
        PyObject_GetBuffer(memory, &self._memory, PyBUF_WRITABLE)
        if self._memory.len < <Py_ssize_t>sizeof(WerBeats):
            PyBuffer_Release(&self._memory)
            raise ValueError(f"memory takes at least {sizeof(WerBeats)} bytes")
        self._has_memory = True
        return <WerBeats *>self._memory.buf

    @property
    def shares(self):
        # Whether another process can watch.
        return True

    def watch(
        self, template, DWORD timeout, DWORD poll, DWORD refresh, stacks, DWORD stacks_at,
        DWORD stacks_wait, DWORD most, bint end, tend, process, memory, clock, /
    ):
        # Start the threads. Times are in milliseconds. `stacks` and `clock` may be 0; `process` and `memory` are of
        # another process that shares its beats, or None.
        cdef HeldTemplate prepared = template_in(template)
        cdef HeldHandle about = handle_in(process)
        cdef WerWatch watch
        cdef HRESULT hr
        memset(&watch, 0, sizeof(watch))
        watch.timeout = timeout
        watch.poll = poll
        watch.refresh = refresh
        watch.stacks = pointer(stacks, "stacks")
        watch.stacks_at = stacks_at
        watch.stacks_wait = stacks_wait
        watch.most = most
        watch.end = end
        watch.clock = <WER_CLOCK>pointer(clock, "clock")
        prepared.get()
        check_gap(prepared._parameters)
        initialize(&self._initialized, "watchdog", "started")
        self._tend = tend
        if about is not None:
            watch.process = about._handle
            watch.beats = self.beats_in(memory)
        with nogil:
            hr = wer_watchdog_start(prepared._template, &watch, &self._watchdog, &self._beats)
        if hr < 0:
            raise windows_error(f"the watchdog cannot be started: {system_text(hr)}", hr & 0xFFFF)

    def share(self, memory, tend, /):
        # Beat in memory that another process watches.
        initialize(&self._initialized, "watchdog", "started")
        self._tend = tend
        self._beats = self.beats_in(memory)
        self._beats.thread = <LONG>GetCurrentThreadId()

    def beat(self):
        # Takes no lock and makes no system call. Beats of two threads at once may count as one.
        cdef WerBeats *beats = self._beats
        beats.beats = <LONG>(<DWORD>beats.beats + 1)
        beats.thread = <LONG>GetCurrentThreadId()
        if beats.due:
            beats.due = 0
            if self._tend is not None:
                self._tend()

    @property
    def told(self):
        # What the watchdog tells: hangs; how many are over; of the last one its milliseconds, and of its report the
        # HRESULT and the answer.
        cdef WerBeats *beats = self._beats
        return beats.hangs, beats.over, beats.milliseconds, beats.hr, beats.result

    def stop(self, DWORD milliseconds, /):
        # Watch no more, and wait so long for a report that is being filed. Whether all is done.
        cdef BOOL done = True
        if self._watchdog != NULL:
            with nogil:
                done = wer_watchdog_stop(self._watchdog, milliseconds)
        return bool(done)

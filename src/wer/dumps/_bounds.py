"""How much of a dump is read at most. A dump comes from a process that is damaged, or from somebody else.

Each count is also held against the bytes that there are for it, before anything is made of it: a file of 32 bytes can
say that it has four thousand million threads. Together they keep what the largest dump takes below 256 MiB.
"""

MAX_STREAMS = 4096
"""Entries of the directory. Windows knows 25 types of streams; a program may add some of its own."""

MAX_THREADS = 16_384
"""Threads. With its registers one takes up to 2 KiB here; a program with a thousand is a large one."""

MAX_MODULES = 16_384
"""Modules, and unloaded modules, of which Windows keeps 64. A large program has a thousand."""

MAX_RANGES = 131_072
"""Ranges of memory in the file, of both lists together; and regions in the list of all memory. A large process has some
ten thousand of each."""

MAX_HANDLES = 131_072
"""Handles that are counted. A process that leaks them has many; of each the name of its type is read."""

MAX_HANDLE_TYPES = 1024
"""Types of handles. Windows has about seventy."""

MAX_NAME = 65_534
"""Bytes of a name: the 32767 UTF-16 units of the longest path of Windows."""

MAX_TEXT = 16 * 1024 * 1024
"""Bytes of all names, texts and CodeView records together; a name that several share counts once. Sixteen thousand
modules with paths of 260 units have half of this."""

MAX_TEXT_STREAM = 1024 * 1024
"""Bytes of a stream that is text, such as a comment or /proc/self/maps."""

MAX_ANNOTATIONS = 16_384
"""Crashpad's annotations of all modules, and its modules. Their lists may point to each other's entries."""

MAX_PARAMETERS = 15
"""Parameters of an exception: winnt.h, EXCEPTION_MAXIMUM_PARAMETERS."""

MAX_PROBLEMS = 100
"""Problems that are told one by one; then how many more there are."""

MAX_READ = 64 * 1024 * 1024
"""Bytes of memory, or of a stream, in one call."""

MAX_RING_LOG_PLACES = 65_536
"""Places that begin as a ring log does, most of which are Python's own constant."""

MAX_RING_LOGS = 64
"""Ring logs of `wer.service` that are looked at, of 64 KiB each."""

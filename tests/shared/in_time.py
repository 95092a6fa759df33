"""A call that may wait for ever, if what it tests is wrong."""

import threading

PATIENCE = 30  # seconds for what takes milliseconds


def in_time(call, *arguments):
    """What it returns. It has a thread of its own, which is left alone if it does not come back."""
    done = []
    thread = threading.Thread(target=lambda: done.append(call(*arguments)), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert done, "it failed, or waits for ever"
    return done[0]

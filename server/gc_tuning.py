"""The garbage collector of a long-lived server.

What is there once it runs stays there, and is not looked at again and again; and thousands of rows that are read for
one page do not set it off each time. Otherwise a page with many rows waits for it (https://docs.python.org/3/library/gc.html).
"""

import gc

YOUNG = 50_000
OLDER, OLDEST = 20, 20


def settle() -> None:
    """Once everything is loaded and started."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, OLDER, OLDEST)

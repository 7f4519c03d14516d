"""What runs in a process that reads pages: page in, records out. It holds what reads, and nothing of a crawler."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from crawler.code import reading
from errors import BanwatchError, Unreadable
from records import Page, Record, Source

if TYPE_CHECKING:  # the process that crawls has no use for it
    from multiprocessing.connection import Connection

Read = Callable[[Page, Source], Sequence[Any]]
Result = tuple[Sequence[Any], BanwatchError | None]
KEPT = (
    4 * 2**20
)  # bytes of freed memory that a process keeps: with 256 KiB a twelfth of a crawl went into getting the same pages again
LARGE = 1_000_000  # bytes of a page after which memory is given back at once
PR_SET_PDEATHSIG = 1  # prctl(2)
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # mallopt(3)


def read_page(page: Page, source: Source) -> list[Record]:
    """``parsers.read``, loaded by the process that reads a page."""
    import parsers

    return parsers.read(page, source)


def serve(pipe: Connection, read: Read, memory: int, load: Sequence[str]) -> None:
    """Load, say of which version the code is, and answer page by page until the other end is gone."""
    die_with_parent()
    give_back()
    gc.disable()
    for module in load:
        import_module(module)
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    with contextlib.suppress(EOFError, BrokenPipeError):
        pipe.send(reading())
        pipe.send(_answer(read, *pipe.recv()))
        gc.collect()  # what the first page left behind would be kept for good
        gc.freeze()  # what is loaded by now stays: a tenth of reading went into looking for what could go
        gc.enable()
        while True:
            page, source = pipe.recv()
            pipe.send(_answer(read, page, source))
            if len(page.body) > LARGE:  # its tree holds circles: the next one should not come on top of it
                del page
                gc.collect()


def main(number: int) -> None:
    """A process of its own: ``number`` is that of an open file, at whose other end the crawl says what to load, and asks."""
    from multiprocessing.connection import Connection

    pipe = Connection(number)
    sys.path[:] = pipe.recv()
    serve(pipe, *pipe.recv())


def _answer(read: Read, page: Page, source: Source) -> Any:
    try:
        return read(page, source), None
    except BanwatchError as error:
        return [], type(error)(str(error), error.cause)
    except MemoryError:
        return [], Unreadable(f"{source.id}: {page.url}: reading takes too much memory", "parse-memory")
    except Exception as error:  # a parser's crash is an issue of its page, named; the crawl goes on
        return [], Unreadable(f"parser {page.parser}: {type(error).__name__}: {error}", "parser")


def give_back() -> None:
    """Have this process hand freed memory back to the system: by default glibc keeps what one big page once needed."""
    with contextlib.suppress(OSError, AttributeError):  # another C library
        library = ctypes.CDLL(None)
        for option, value in ((M_MMAP_THRESHOLD, KEPT), (M_TRIM_THRESHOLD, KEPT), (M_ARENA_MAX, 2)):
            library.mallopt(option, value)


def die_with_parent() -> None:
    """Have the system end this process when its parent ends, however that ends: a reader that stayed would keep the crawl's lock."""
    with contextlib.suppress(OSError, AttributeError):  # Linux only
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

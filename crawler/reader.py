"""Parsing in processes that can be ended: a page that takes too long or too much memory costs one process, not the crawl."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import multiprocessing
import resource
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

from errors import BanwatchError, Unreadable
from records import Page, Source

Read = Callable[[Page, Source], Sequence[Any]]
BIG = 512 * 1024  # bytes
PR_SET_PDEATHSIG = 1  # prctl(2)
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # mallopt(3)
Result = tuple[Sequence[Any], BanwatchError | None]


class Readers:
    """``number`` processes that read pages with ``read``; each page has ``seconds`` and each process ``memory`` bytes."""

    def __init__(self, read: Read, number: int, seconds: float, memory: int) -> None:
        self._make: Callable[[], _Reader] = lambda: _Reader(read, memory)
        self._seconds = seconds
        self._idle: asyncio.Queue[_Reader] = asyncio.Queue()
        for _ in range(number):
            self._idle.put_nowait(self._make())
        self._threads = ThreadPoolExecutor(number)
        self._big = asyncio.Lock()

    async def read(self, page: Page, source: Source) -> Result:
        """Records of a page, or the error that ended its reading; never raises for what the page holds.

        Big pages are read one after another: small ones find a process free, and memory stays that of one big page.
        """
        if len(page.body) < BIG:
            return await self._read(page, source)
        async with self._big:
            return await self._read(page, source)

    async def _read(self, page: Page, source: Source) -> Result:
        reader = await self._idle.get()
        try:
            loop = asyncio.get_running_loop()
            result = await loop.run_in_executor(self._threads, reader.ask, page, source, self._seconds)
        except (EOFError, OSError, TimeoutError) as error:
            reader.end()
            reader = self._make()
            slow = isinstance(error, TimeoutError)
            message = f"reading took longer than {self._seconds:.0f} s" if slow else "the parser's process ended"
            result = [], Unreadable(f"{source.id}: {page.url}: {message}", "parse-time" if slow else "parse-memory")
        finally:
            self._idle.put_nowait(reader)
        return result

    def close(self) -> None:
        """End all processes."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        while not self._idle.empty():
            self._idle.get_nowait().end()


class _Reader:
    """One process at the other end of a pipe."""

    def __init__(self, read: Read, memory: int) -> None:
        context = start_context()
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._pipe, read, memory), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, page: Page, source: Source, seconds: float) -> Result:
        self._pipe.send((page, source))
        if not self._pipe.poll(seconds):
            raise TimeoutError
        answer: Result = self._pipe.recv()
        return answer

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()


def give_back() -> None:
    """Have this process hand freed memory back to the system: by default glibc keeps what one big page once needed."""
    with contextlib.suppress(OSError, AttributeError):  # another C library
        library = ctypes.CDLL(None)
        for option, value in ((M_MMAP_THRESHOLD, 256 * 1024), (M_TRIM_THRESHOLD, 256 * 1024), (M_ARENA_MAX, 2)):
            library.mallopt(option, value)


def start_context() -> Any:
    """How a further process is made: a copy of this one while no second thread runs, else a fresh one."""
    return multiprocessing.get_context("fork" if threading.active_count() == 1 else "spawn")


def die_with_parent() -> None:
    """Have the system end this process when its parent ends, however that ends: a reader that stayed would keep the crawl's lock."""
    with contextlib.suppress(OSError, AttributeError):  # Linux only
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _serve(pipe: Connection, parents: Connection, read: Read, memory: int) -> None:
    die_with_parent()
    parents.close()  # else the end of the parent would never be seen here
    give_back()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the crawl's to answer
    gc.freeze()
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    while True:
        try:
            page, source = pipe.recv()
        except EOFError:
            return
        pipe.send(_answer(read, page, source))


def _answer(read: Read, page: Page, source: Source) -> Any:
    try:
        return read(page, source), None
    except BanwatchError as error:
        return [], type(error)(str(error), error.cause)
    except MemoryError:
        return [], Unreadable(f"{source.id}: {page.url}: reading takes too much memory", "parse-memory")
    except Exception as error:  # a parser's crash is an issue of its page, named; the crawl goes on
        return [], Unreadable(f"parser {page.parser}: {type(error).__name__}: {error}", "parser")

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
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing import resource_tracker
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
        self._context = _fresh(number)
        self._make: Callable[[], _Reader] = lambda: _Reader(self._context, read, memory)
        self._seconds = seconds
        self._idle: asyncio.LifoQueue[_Reader | None] = asyncio.LifoQueue()  # None: one that was not needed yet
        for _ in range(number):
            self._idle.put_nowait(None)
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
        reader = await self._idle.get() or self._make()
        after: _Reader | None = reader
        try:
            ask = partial(reader.ask, page, source, self._seconds)
            return await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        except (EOFError, OSError, TimeoutError) as error:
            reader.end()
            after = None
            slow = isinstance(error, TimeoutError)
            message = f"reading took longer than {self._seconds:.0f} s" if slow else "the parser's process ended"
            return [], Unreadable(f"{source.id}: {page.url}: {message}", "parse-time" if slow else "parse-memory")
        finally:
            self._idle.put_nowait(after)

    def close(self) -> None:
        """End all processes."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        while not self._idle.empty():
            reader = self._idle.get_nowait()
            if reader:
                reader.end()


class _Reader:
    """One process at the other end of a pipe."""

    def __init__(self, context: Any, read: Read, memory: int) -> None:
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, read, memory), daemon=True)
        with _undisturbed():
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


def _fresh(number: int) -> Any:
    """How readers are made: from nothing, so that they hold what reads pages and no crawler; several as copies of one."""
    context: Any = multiprocessing.get_context("spawn" if number == 1 else "forkserver")
    if number > 1:
        context.set_forkserver_preload(["parsers", "store.prepare"])
    return context


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """A process that is made here never hears of Ctrl-C, which is the crawl's to answer: its mask is inherited."""
    resource_tracker.ensure_running()  # else the first start would make it, and lift the mask
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _serve(pipe: Connection, read: Read, memory: int) -> None:
    die_with_parent()
    give_back()
    gc.disable()
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    with contextlib.suppress(EOFError):
        pipe.send(_answer(read, *pipe.recv()))
        gc.freeze()  # what the first page had loaded stays: a tenth of reading went into looking for what could go
        gc.enable()
        while True:
            pipe.send(_answer(read, *pipe.recv()))


def _answer(read: Read, page: Page, source: Source) -> Any:
    try:
        return read(page, source), None
    except BanwatchError as error:
        return [], type(error)(str(error), error.cause)
    except MemoryError:
        return [], Unreadable(f"{source.id}: {page.url}: reading takes too much memory", "parse-memory")
    except Exception as error:  # a parser's crash is an issue of its page, named; the crawl goes on
        return [], Unreadable(f"parser {page.parser}: {type(error).__name__}: {error}", "parser")

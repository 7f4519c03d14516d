"""Parsing in processes that can be ended: a page that takes too long or too much memory costs one process, not the crawl.

They are made from nothing and without multiprocessing, whose way loads the command once more and keeps a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from crawler.code import reading
from crawler.reading import Read, Result
from errors import Refused, Unreadable
from parsers import PARSERS
from records import Page, Source

ROOT = Path(__file__).resolve().parent.parent
BIG = 512 * 1024  # bytes
LOADED = 120.0  # seconds in which a process has to be ready; the time for a page counts from then on


class Readers:
    """At most ``number`` processes that read pages with ``read``, made when a page waits for one; each page has ``seconds`` and
    each process ``memory`` bytes. ``load``: modules that a process loads before its first page; ``code``: the version it has to be
    of, by default that of whoever asks."""

    def __init__(
        self,
        read: Read,
        number: int,
        seconds: float,
        memory: int,
        load: Sequence[str] = ("parsers",),
        code: str = "",
    ) -> None:
        code = code or reading()
        self._make: Callable[[], _Reader] = lambda: _Reader(read, memory, load, code)
        self._seconds = seconds
        self._idle: asyncio.LifoQueue[_Reader | None] = asyncio.LifoQueue()  # None: one that was not needed yet
        for _ in range(number):
            self._idle.put_nowait(None)
        self._threads = ThreadPoolExecutor(number)
        self._big = asyncio.Lock()

    async def read(self, page: Page, source: Source) -> Result:
        """Records of a page, or the error that ended its reading; never raises for what the page holds. Raises Refused
        "code-version" where the checkout was updated since the crawl began.

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
        except Refused:
            reader.end()
            after = None
            raise
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

    def __init__(self, read: Read, memory: int, load: Sequence[str], code: str) -> None:
        from multiprocessing import Pipe  # a crawl that reads nothing has no use for it

        self._ready, self._code = False, code
        self._pipe, theirs = Pipe()
        command = [sys.executable, "-c", f"from crawler.reading import main; main({theirs.fileno()})"]
        with _undisturbed():
            self._process = subprocess.Popen(command, pass_fds=(theirs.fileno(),), cwd=ROOT, stdin=subprocess.DEVNULL)
        theirs.close()
        self._pipe.send([str(Path(path).absolute()) for path in sys.path])
        self._pipe.send((read, memory, tuple(load)))

    def ask(self, page: Page, source: Source, seconds: float) -> Result:
        if not self._ready:
            self._begin()
        self._pipe.send((page, source))
        if not self._pipe.poll(seconds):
            raise TimeoutError
        answer: Result = self._pipe.recv()
        return answer

    def _begin(self) -> None:
        """Wait till it has loaded. What reads is to be of the version of what saves: two would not say the same of one page."""
        found = self._pipe.recv() if self._pipe.poll(LOADED) else ""
        if found and found != self._code:
            raise Refused(
                f"the code was updated while the crawl ran ({self._code}, now {found}); what was fetched is kept, and the next crawl"
                " reads it", "code-version",
            )  # fmt: skip
        self._ready = bool(found)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._pipe.close()


def modules(sources: Iterable[Source]) -> tuple[str, ...]:
    """What a process loads to read the pages of ``sources``: their parsers, and what finds claims where there are reports."""
    names = sorted({name for source in sources for name in (source.parser, source.follow)} & PARSERS.keys())
    return ("parsers", *(f"parsers.{name}" for name in names), *(() if set(names) <= {"policy"} else ("claims",)))


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """A process that is made here never hears of Ctrl-C, which is the crawl's to answer: its mask is inherited."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

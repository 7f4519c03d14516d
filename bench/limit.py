"""The least a crawl can cost: every page of a site fetched by a bare asyncio client and parsed once by lxml. Prints pages, wall and CPU seconds.

usage: limit.py             the 200 pages of `make bench` (BANWATCH_SHARED), served for the while
       limit.py SITE BASE   a site that is served already
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from lxml import html

CONNECTIONS = 8


async def fetched(paths: asyncio.Queue[str], host: str, port: int) -> int:
    """Pages that one connection fetched and parsed, one after another."""
    reader, writer = await asyncio.open_connection(host, port, limit=2**24)
    count = 0
    while not paths.empty():
        writer.write(f"GET {paths.get_nowait()} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        html.document_fromstring(await reader.readexactly(length))
        count += 1
    writer.close()
    return count


async def main(site: str, base: str) -> int:
    where = urlsplit(base)
    paths: asyncio.Queue[str] = asyncio.Queue()
    for page in json.loads((Path(site) / "pages.json").read_text()):
        paths.put_nowait(page["path"])
    return sum(
        await asyncio.gather(*(fetched(paths, where.hostname or "", where.port or 80) for _ in range(CONNECTIONS)))
    )


def told(site: str, base: str) -> None:
    begun, spent = time.monotonic(), time.process_time()
    pages = asyncio.run(main(site, base))
    wall, cpu = round(time.monotonic() - begun, 2), round(time.process_time() - spent, 2)
    print(json.dumps({"pages": pages, "wall_s": wall, "cpu_s": cpu}))


def shared_site() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import run

    pages, tools = run.site(200), run.environment("tools", "psutil", "rapidfuzz")
    server = subprocess.Popen(
        [tools / "python", run.shared() / "server.py", pages, str(run.PORT)], stdout=subprocess.DEVNULL
    )
    try:
        run.wait()
        told(str(pages), run.BASE)
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    told(*sys.argv[1:]) if sys.argv[1:] else shared_site()

"""What reading and classing a capture costs: CPU time a page, and where it goes.

python bench/reading.py REPLAY_DIR        # a folder with manifest.jsonl
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).parent.parent))

import changes
import parsers
from crawler.replay import _page, _rows
from errors import BanwatchError
from records import Block, Past, PolicyText

HISTORY = 30


def main() -> None:
    folder = Path(sys.argv[1])
    rows = sorted(_rows(folder), key=lambda row: row["fetched_at"])
    past: dict[str, dict[str, tuple[str, tuple[Block, ...]]]] = defaultdict(dict)
    spent: dict[str, list[float]] = defaultdict(list)
    judged = 0
    for row in rows:
        page = _page(folder, row)
        began = time.process_time()
        try:
            read = [record for record in parsers.read(page, row["source"]) if isinstance(record, PolicyText)]
        except BanwatchError:
            continue
        parsed = time.process_time()
        held = past[page.source]
        blocks = read[0].blocks
        fingerprint = changes.fingerprint(blocks)
        named = time.process_time()
        at = page.fetched_at.isoformat()
        if held and fingerprint != next(reversed(held)):
            states = [Past(seen, text) for seen, text in list(held.values())[-HISTORY:]]
            changes.judge(blocks, states, at, document_type=read[0].document_type)
            judged += 1
        ended = time.process_time()
        _, kept = held.pop(fingerprint, (at, blocks))
        held[fingerprint] = (at, kept)
        for name, value in (
            ("parse", parsed - began),
            ("fingerprint", named - parsed),
            ("class", ended - named),
            ("all", ended - began),
        ):
            spent[name].append(1000 * value)
    print(f"{len(spent['all'])} pages, {judged} differed and were classed; CPU in ms a page")
    for name, values in spent.items():
        print(
            f"{name:12} median {median(values):6.1f}   95 % {quantiles(values, n=20)[-1]:7.1f}   worst {max(values):7.1f}"
        )
    _worst()


def _worst() -> None:
    """A page of 5 MB and 20,000 blocks, read and classed beside one that differs in every hundredth block."""
    lines = [
        f"Part {n}: rule {n * 7} of matter {n % 97} says that the service keeps the data of account {n} for {n % 31} days and shares it with partner {n % 13}, "
        + "and so on " * 10
        for n in range(20_000)
    ]
    other = [line.replace("keeps", "sells") if n % 100 == 0 else line for n, line in enumerate(lines)]
    html = "<html><body><main>" + "".join(f"<p>{line}</p>" for line in other) + "</main></body></html>"
    old = tuple(Block("paragraph", line) for line in lines)
    changes.fingerprint(old)
    began = time.process_time()
    from parsers.blocks import blocks

    read = blocks(html)
    parsed = time.process_time()
    found = changes.judge(read, [Past("2024-01-01T00:00:00+00:00", old)], "2024-09-24T00:00:00+00:00")
    ended = time.process_time()
    print(
        f"worst page: {len(html):,} bytes, {len(read):,} blocks: read {parsed - began:.2f} s, classed {ended - parsed:.2f} s ({found.kind})"
    )
    print(json.dumps({"places": len(found.hunks)}))


if __name__ == "__main__":
    main()

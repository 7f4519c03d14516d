"""Random inputs to one room after another -> a journal of what came of them. Goes on where an earlier run of it stopped.

    .venv/bin/python -m tests.fuzz.campaign --inputs 100000 --folder /tmp/fuzz [parsers dates ...]

An input that raises what has no name, that breaks what must hold, or that takes more than 5 s of the processor ends the campaign of its
room; it lies in the folder, and `--again FILE` tries it alone.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.fuzz.targets import TARGETS, dated, made

SLOWEST = 5.0  # seconds of processor time for one input
STEP = 500  # inputs between two entries of the journal


@dataclass
class Tally:
    """The journal of one room: inputs tried, seconds of processor time, the slowest input, memory at the first and the last entry."""

    inputs: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    grown: int = 0  # bytes of memory since the first thousand inputs of the process that grew most
    faults: list[str] = field(default_factory=list)


def fuzz(name: str, number: int, folder: Path, until: float = float("inf")) -> Tally:
    """Try inputs until ``number`` are in the journal; ends early at ``until`` (time.time()), or at the first fault."""
    journal = folder / f"{name.replace(' ', '-')}.json"
    tally = Tally(**json.loads(journal.read_text(encoding="utf-8"))) if journal.exists() else Tally()
    warm = 0
    begun = tally.inputs
    while tally.inputs < number and not tally.faults and time.time() < until:
        for count in range(tally.inputs, min(tally.inputs + STEP, number)):
            spent, fault = tried(TARGETS[name], data := made_nth(name, count))
            tally.inputs, tally.seconds, tally.slowest = count + 1, tally.seconds + spent, max(tally.slowest, spent)
            if fault:
                tally.faults.append(f"{name}: {fault}")
                (folder / f"fault-{name.replace(' ', '-')}-{count}").write_bytes(data)
                break
        if tally.inputs - begun >= 1_000:
            warm = warm or memory()
            tally.grown = max(tally.grown, memory() - warm)
        journal.write_text(json.dumps(asdict(tally)), encoding="utf-8")
    return tally


def made_nth(name: str, count: int) -> bytes:
    """The input of this number: always the same."""
    chance = random.Random(f"{name} {count}")
    if name == "dates" and count % 2:
        return chance.randbytes(3) + dated(chance).encode()
    return made(name, chance)


def tried(target: Callable[[bytes], None], data: bytes) -> tuple[float, str]:
    """Seconds of the processor that an input took, and what was wrong; "" if nothing was."""
    signal.signal(signal.SIGPROF, _too_slow)
    signal.setitimer(signal.ITIMER_PROF, SLOWEST)
    begun, fault = time.process_time(), ""
    try:
        target(data)
    except Exception as error:  # whatever it is, it is the finding
        fault = f"{type(error).__name__}: {str(error)[:200]}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return time.process_time() - begun, fault


class TooSlow(Exception):
    """One input took longer than SLOWEST."""


def _too_slow(number: int, frame: object) -> None:
    raise TooSlow(f"more than {SLOWEST:.0f} s")


def memory() -> int:
    """Bytes this process holds now (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="room", help=", ".join(TARGETS))
    parser.add_argument("--inputs", type=int, default=1_000)
    parser.add_argument("--folder", type=Path, required=True, help="Journals lie here; the same folder goes on.")
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--again", type=Path, help="Try this input in the one room that is named.")
    said = parser.parse_args()
    if said.again:
        TARGETS[said.names[0]](said.again.read_bytes())
        return 0
    said.folder.mkdir(parents=True, exist_ok=True)
    until = time.time() + said.minutes * 60
    tallies = {name: fuzz(name, said.inputs, said.folder, until) for name in said.names or TARGETS}
    print(json.dumps({name: asdict(tally) for name, tally in tallies.items()}, indent=1))
    return int(any(tally.faults for tally in tallies.values()))


if __name__ == "__main__":
    sys.exit(main())

"""Faults of disks, clocks, files and people: a clear word, an honest exit code, nothing lost."""

from __future__ import annotations

import fcntl
import json
import os
import pickle
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from banwatch import main
from crawler import CrawlSettings
from errors import BadStore
from store import archive as archive_module
from store.archive import Archive
from store.files import migrate
from tests.hostile.web import tree
from tests.kill import site, work
from verbs import common

ROOT = Path(__file__).parent.parent.parent
LIMIT = 200_000  # bytes a file may grow to where the disk is "full"


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), *words])


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site.recorded(tmp_path_factory.mktemp("recorded") / "pages", 6, 6)


@pytest.fixture
def home(tmp_path: Path, pages: Path) -> Path:
    """A home folder after a replay."""
    assert run(tmp_path, "crawl", "--replay", str(pages)).exit_code == 0
    return tmp_path


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with site.served() as address:
        yield address


def command(
    home: Path,
    base: str,
    pages: int,
    least_free: int = 0,
    limits: dict[int, int] | None = None,
    now: datetime = site.DAY,
) -> subprocess.Popen[str]:
    """A crawl of the site as a process of its own; ``limits``: what the system lets it have (resource.RLIMIT_*)."""
    bounds = CrawlSettings(
        allow_hosts=frozenset({base.removeprefix("http://")}), start_delay=0.0, now=now, least_free=least_free
    )
    home.mkdir(exist_ok=True)
    (home / "job.pickle").write_bytes(pickle.dumps((tuple(site.sources(base, pages)), bounds)))
    return subprocess.Popen([sys.executable, "-m", "tests.hostile.drive", str(home / "job.pickle")], cwd=ROOT, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=lambda: _bound(limits or {}))  # fmt: skip


def _bound(limits: dict[int, int]) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for name, most in limits.items():
        resource.setrlimit(name, (most, most))


# disks ----------------------------------------------------------------------------------------------------------------
def test_a_full_disk_ends_the_crawl_with_a_word_and_the_next_one_goes_on(base: str, tmp_path: Path) -> None:
    process = command(tmp_path / "home", base, 120, limits={resource.RLIMIT_FSIZE: LIMIT})
    out, err = process.communicate(timeout=600)
    assert process.returncode == common.NO_SPACE, (out, err)
    assert "cannot be written" in err and "Traceback" not in err
    work.sound(tmp_path / "home")
    kept = work.count(tmp_path / "home" / "archive.db", "sighting")
    process = command(tmp_path / "home", base, 120)
    process.communicate(timeout=600)
    assert process.returncode == 0 and work.count(tmp_path / "home" / "archive.db", "sighting") >= kept
    calm = command(tmp_path / "calm", base, 120)
    calm.communicate(timeout=600)
    assert work.differing(work.content(tmp_path / "home"), work.content(tmp_path / "calm")) == {}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own; only a superuser may make one."""
    path = tmp_path / "small"
    path.mkdir()
    make = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(path)]
    done = subprocess.run(make, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield path
    subprocess.run(["umount", str(path)], check=True)


@pytest.mark.parametrize("crawling", [False, True], ids=["as the register is laid out", "as pages are kept"])
def test_a_file_system_without_room_ends_the_crawl_with_a_word(
    base: str, small: Path, crawling: bool, tmp_path: Path
) -> None:
    """Not one file that may not grow, but no room for any: archive, tracker, their -wal and -shm files and the lock alike."""
    room = 2_000_000
    if crawling:
        (small / "home").mkdir()
        common.prepare(common.Home(small / "home"))
        room = 300_000
    (small / "ballast").write_bytes(bytes(shutil.disk_usage(small).free - room))
    process = command(small / "home", base, 120)
    out, err = process.communicate(timeout=600)
    assert process.returncode == common.NO_SPACE, (out, err)
    assert f"{small / 'home'}: cannot be written" in err and "Traceback" not in err
    shutil.copytree(small / "home", tmp_path / "home")  # a checkpoint of what is there needs room of its own
    work.sound(tmp_path / "home")
    kept = work.count(tmp_path / "home" / "archive.db", "sighting")
    assert (kept > 0) is crawling
    process = command(tmp_path / "home", base, 120)
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0 and work.count(tmp_path / "home" / "archive.db", "sighting") > kept, (out, err)
    work.sound(tmp_path / "home")


def test_no_crawl_begins_on_a_disk_that_is_nearly_full(base: str, tmp_path: Path) -> None:
    process = command(tmp_path, base, 10, least_free=2**60)
    _, err = process.communicate(timeout=600)
    assert process.returncode == common.NO_SPACE and "MiB free" in err


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv (util-linux)")
@pytest.mark.parametrize("verb", [["reread"], ["feed", "build"], ["health"]])
def test_a_folder_that_may_not_be_written(home: Path, verb: list[str]) -> None:
    """As a user without rights over it: writing verbs say so and end with 3, reading ones go on."""
    for path in [*home.iterdir(), home]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    call = [sys.executable, "-c", "from banwatch import main; main()", "--home", str(home), *verb]
    drop = [
        "setpriv",
        "--bounding-set=-dac_override,-dac_read_search",
        "--inh-caps=-dac_override,-dac_read_search",
        "--",
    ]
    done = subprocess.run(
        [*(drop if os.geteuid() == 0 else []), *call], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    home.chmod(0o755)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in ({common.NO_SPACE} if verb != ["health"] else {0, 5}), (done.returncode, done.stderr)


# two at once ----------------------------------------------------------------------------------------------------------
def test_a_second_crawl_is_refused_with_the_first_ones_process(home: Path, pages: Path) -> None:
    with (home / "crawl.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write("4711")
        lock.flush()
        refused = run(home, "crawl", "--replay", str(pages))
    assert refused.exit_code == common.BUSY and "process 4711" in refused.output
    assert run(home, "crawl", "--replay", str(pages)).exit_code == 0, "the lock goes with its holder"


def test_two_commands_at_once(base: str, tmp_path: Path) -> None:
    first = command(tmp_path, base, 300)
    while work.count(tmp_path / "archive.db", "sighting") < 5:
        assert first.poll() is None
        time.sleep(0.01)
    second = subprocess.run(first.args, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert second.returncode == common.BUSY and f"process {first.pid}" in second.stderr
    first.communicate(timeout=600)
    assert first.returncode == 0


def test_a_reader_that_holds_on_does_not_stop_a_writer(tmp_path: Path, pages: Path) -> None:
    """A long transaction of a reader (Datasette, a backup): writes go on, and the reader sees its own moment."""
    few = site.recorded(tmp_path / "few", 2, 2)
    run(tmp_path, "crawl", "--replay", str(few))
    reader = sqlite3.connect(tmp_path / "tracker.db")
    reader.execute("begin")
    before = reader.execute("select count(*) from capture").fetchone()[0]
    assert run(tmp_path, "crawl", "--replay", str(pages)).exit_code == 0
    assert reader.execute("select count(*) from capture").fetchone()[0] == before == 4
    reader.rollback()
    assert reader.execute("select count(*) from capture").fetchone()[0] == 36 + 4 - 4
    assert run(tmp_path, "reread").exit_code == 0


# interruptions --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("times", [1, 2])
def test_an_interruption_keeps_what_was_fetched(base: str, tmp_path: Path, times: int) -> None:
    process = command(tmp_path, base, 300)
    while work.count(tmp_path / "archive.db", "sighting") < 20:
        assert process.poll() is None
        time.sleep(0.01)
    for _ in range(times):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    _, err = process.communicate(timeout=600)
    assert process.returncode == common.INTERRUPTED, err
    assert "Traceback" not in err
    work.sound(tmp_path)
    process = command(tmp_path, base, 300)
    process.communicate(timeout=600)
    assert process.returncode == 0
    grown = work.everything(tmp_path)
    work.reread(tmp_path)
    assert work.everything(tmp_path) == grown


def listening() -> None:
    """Undo that a shell lets what it runs in the background ignore interruptions: children inherit it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_ended_leaves_nobody_behind(home: Path, number: int) -> None:
    call = [sys.executable, "-c", "from banwatch import main; main()", "--home", str(home), "serve", "--port", "8971"]
    process = subprocess.Popen(call, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=listening)  # fmt: skip
    assert process.stderr and next(process.stderr)
    while len(family := tree(process.pid)) < 2:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(number)
    _, err = process.communicate(timeout=600)
    assert process.returncode == common.DONE and "Traceback" not in err, err
    assert not any(Path(f"/proc/{pid}").exists() for pid in family)


# clocks ---------------------------------------------------------------------------------------------------------------
def test_a_clock_that_goes_back_a_day(tmp_path: Path) -> None:
    """The order of fetches is the archive's own number; a rebuild gives the same whatever the clock said."""
    for number, days in enumerate((0, 2, 1)):
        folder = tmp_path / f"pages {number}"
        folder.mkdir()
        (folder / "p.html").write_text(site.policy(1, number), encoding="utf-8")
        row = {"service": "Telegram", "document": "Policy", "url": "https://p.example/1", "path": "p.html",
               "fetched_at": (site.DAY + timedelta(days=days)).isoformat()}  # fmt: skip
        (folder / "manifest.jsonl").write_text(json.dumps(row), encoding="utf-8")
        assert run(tmp_path, "crawl", "--replay", str(folder)).exit_code == 0
    grown = work.everything(tmp_path)
    assert run(tmp_path, "reread").exit_code == 0
    assert work.everything(tmp_path) == grown
    assert run(tmp_path, "health").exit_code in {0, 5}


# damaged files --------------------------------------------------------------------------------------------------------
def test_every_flipped_byte_of_a_body_is_found(home: Path) -> None:
    with Archive(home / "archive.db", readonly=True) as archive:
        hashes = archive.bodies()
    db = sqlite3.connect(home / "archive.db")
    db.execute("drop trigger body_keeps")
    for number, sha in enumerate(hashes):
        data = bytearray(db.execute("select data from body where sha256 = ?", (sha,)).fetchone()[0])
        data[-1 - number % 8] ^= 1 << number % 8
        db.execute("update body set data = ? where sha256 = ?", (bytes(data), sha))
    db.commit()
    db.close()
    found = run(home, "archive", "verify")
    assert found.exit_code == common.CRASHED
    assert {line.split()[0] for line in found.stdout.splitlines()} == set(hashes)


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all" * 500)


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def foreign(path: Path) -> None:
    path.unlink()
    sqlite3.connect(path).executescript("create table x (y)")


def newer(path: Path) -> None:
    sqlite3.connect(path).executescript("pragma user_version = 999")


def torn(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 3, len(data), 4096):
        data[at : at + 64] = b"\xff" * 64
    path.write_bytes(bytes(data))


def checkpointed(home: Path) -> None:
    for name in ("archive.db", "tracker.db"):
        db = sqlite3.connect(home / name)
        db.execute("pragma wal_checkpoint(truncate)")
        db.close()


@pytest.mark.parametrize("damage", [garbage, nothing, foreign, newer, torn])
def test_a_damaged_tracker_is_told_and_reread_mends_it(home: Path, pages: Path, damage: Callable[[Path], None]) -> None:
    checkpointed(home)
    good = work.everything(home)
    damage(home / "tracker.db")
    refused = run(home, "crawl", "--replay", str(pages))
    assert refused.exit_code == (common.BAD_CONFIGURATION if damage is newer else common.CRASHED), refused.output
    assert ("reread" in refused.output or damage in {newer, foreign}) and not isinstance(
        refused.exception, sqlite3.Error
    )
    if damage in {newer, foreign}:
        (home / "tracker.db").unlink()
    assert run(home, "reread").exit_code == 0
    assert work.everything(home) == good


@pytest.mark.parametrize("damage", [garbage, nothing, foreign, newer])
def test_a_damaged_archive_is_refused_and_left_alone(home: Path, pages: Path, damage: Callable[[Path], None]) -> None:
    checkpointed(home)
    damage(home / "archive.db")
    before = (home / "archive.db").read_bytes()
    tracker = work.everything(home)
    for verb in (["crawl", "--replay", str(pages)], ["reread"], ["archive", "verify"]):
        refused = run(home, *verb)
        assert refused.exit_code == (common.BAD_CONFIGURATION if damage is newer else common.CRASHED), refused.output
        assert "archive.db" in refused.output
    assert (home / "archive.db").read_bytes() == before and work.everything(home) == tracker


def test_an_archive_without_its_newest_part_is_noticed(home: Path, pages: Path, tmp_path: Path) -> None:
    """archive.db copied without its -wal, or an older backup put back: going on would give new fetches old numbers."""
    checkpointed(home)
    shutil.copy(home / "archive.db", home / "older.db")
    more = site.recorded(home / "more", 8, 6)
    assert run(home, "crawl", "--replay", str(more)).exit_code == 0
    for suffix in ("-wal", "-shm"):
        Path(f"{home / 'archive.db'}{suffix}").unlink(missing_ok=True)
    shutil.copy(home / "older.db", home / "archive.db")
    refused = run(home, "crawl", "--replay", str(pages))
    assert refused.exit_code == common.CRASHED and "-wal" in refused.output and "reread" in refused.output
    assert run(home, "reread").exit_code == 0
    assert run(home, "crawl", "--replay", str(pages)).exit_code == 0


def test_a_wal_that_is_anothers_is_refused_and_writes_nothing(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """archive.db put back from a backup beside the -wal of another archive: SQLite alone would write those pages into it."""
    other = tmp_path_factory.mktemp("other")
    few = site.recorded(other / "few", 3, 2)
    assert run(other, "crawl", "--replay", str(few)).exit_code == 0
    left_by_a_crash(home, other, site.recorded(other / "more", 9, 6))
    before = (home / "archive.db").read_bytes()
    for verb in (["archive", "verify"], ["crawl", "--replay", str(few)], ["reread"]):
        refused = run(home, *verb)
        assert refused.exit_code == common.CRASHED and "without archive.db-wal" in refused.output, (
            verb,
            refused.output,
        )
    assert run(home, "backup", str(other / "copy")).exit_code == common.CRASHED
    assert (home / "archive.db").read_bytes() == before
    for suffix in ("-wal", "-shm"):
        Path(f"{home / 'archive.db'}{suffix}").unlink(missing_ok=True)
    assert run(home, "archive", "verify").exit_code == 0


def left_by_a_crash(home: Path, other: Path, pages: Path) -> None:
    """Put the -wal that a killed replay of ``pages`` leaves beside ``other`` beside ``home``."""
    code = f"""
import os, signal
from pathlib import Path
from crawler.replay import replay
from store.archive import Archive
archive = Archive(Path({str(other / "archive.db")!r}))
replay(Path({str(pages)!r}), archive)
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    checkpointed(home)
    for suffix in ("-wal", "-shm"):
        shutil.copy(f"{other / 'archive.db'}{suffix}", f"{home / 'archive.db'}{suffix}")
    assert Path(f"{home / 'archive.db'}-wal").stat().st_size


def test_what_fell_out_of_the_full_text_index_is_found_again_after_a_reread(home: Path) -> None:
    db = sqlite3.connect(home / "tracker.db")
    assert work.unfindable(db) == []
    db.execute("delete from search where kind = 'action' and rowid % 3 = 0")
    db.commit()
    assert work.unfindable(db)
    db.close()
    assert run(home, "reread").exit_code == 0
    db = sqlite3.connect(home / "tracker.db")
    assert work.unfindable(db) == []


# networks -------------------------------------------------------------------------------------------------------------
def test_the_whole_network_is_down(tmp_path: Path) -> None:
    """Nobody answers: exit 6 and one line, every source with its own cause, none taken for gone, and what was known stays."""
    with site.served() as base:
        command(tmp_path, base, 12).communicate(timeout=600)
        known = work.content(tmp_path)
    process = command(tmp_path, base, 12, now=site.DAY + timedelta(days=1))
    out, err = process.communicate(timeout=600)
    assert process.returncode == common.ALL_FAILED, err
    assert "Traceback" not in err and len(err.splitlines()) <= 1, err
    causes = {fault for outcome in json.loads(out.splitlines()[-1])["outcomes"] for fault in outcome["faults"]}
    assert causes == {"refused"}, causes
    told = json.loads(run(tmp_path, "health", "--json").stdout)["sources"]
    assert told and all("refused" in row["reason"] for row in told), {row["reason"] for row in told}
    assert not {"retired", "gone"} & {row["state"] for row in told}
    assert (
        work.content(tmp_path)["article"] == known["article"] and work.content(tmp_path)["version"] == known["version"]
    )


def test_a_name_that_does_not_resolve_is_a_fault_of_its_source(tmp_path: Path) -> None:
    """.invalid never resolves (RFC 6761); the healthy source beside it is stored."""
    with site.served() as base:
        healthy = site.sources(base, 10)
        job = (*healthy, replace(healthy[-1], id="nowhere", url="http://no-such.invalid/policy", part="nowhere"))
        bounds = CrawlSettings(
            allow_hosts=frozenset({base.removeprefix("http://")}),
            start_delay=0.0,
            now=site.DAY,
            timeout=10.0,
            patience=2.0,
        )
        (tmp_path / "job.pickle").write_bytes(pickle.dumps((job, bounds)))
        done = subprocess.run(
            [sys.executable, "-m", "tests.hostile.drive", str(tmp_path / "job.pickle")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == common.IN_PART and "Traceback" not in done.stderr, done.stderr
    told = {row["source"]: row for row in json.loads(run(tmp_path, "health", "--json").stdout)["sources"]}
    assert told["nowhere"]["state"] != "ok" and "dns" in told["nowhere"]["reason"], told["nowhere"]
    assert all(told[source.id]["state"] == "ok" for source in healthy)


# machines -------------------------------------------------------------------------------------------------------------
def test_few_file_handles_make_a_crawl_slower_and_no_worse(tmp_path: Path) -> None:
    with site.served() as base:
        process = command(tmp_path / "few", base, 60, limits={resource.RLIMIT_NOFILE: 64})
        _, err = process.communicate(timeout=600)
        assert process.returncode == 0, err
        calm = command(tmp_path / "calm", base, 60)
        calm.communicate(timeout=600)
    assert work.differing(work.content(tmp_path / "few"), work.content(tmp_path / "calm")) == {}


@pytest.mark.parametrize(("version", "safe"), [("3.40.1", False), ("3.44.5", False), ("3.44.6", True), ("3.45.0", False), ("3.50.6", False), ("3.50.7", True),
                                               ("3.51.2", False), ("3.51.3", True), ("4.0.0", True)])  # fmt: skip
def test_a_sqlite_that_may_damage_a_wal_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch, version: str, safe: bool
) -> None:
    """https://sqlite.org/wal.html#walresetbug"""
    monkeypatch.setattr(sqlite3, "sqlite_version", version)
    told = json.loads(run(home, "health", "--json").stdout)["parts"]["SQLite"]
    assert version in told and ("WAL-reset bug" not in told) is safe


# moves ----------------------------------------------------------------------------------------------------------------
def test_a_migration_that_stops_halfway_goes_on(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {1: "create table one (x); insert into one values (1)", 2: "create table two (x); insert into nowhere values (1)",
             3: "create table three (x)"}  # fmt: skip
    monkeypatch.setattr(archive_module, "MIGRATIONS", steps)
    monkeypatch.setattr(archive_module, "SCHEMA", 4)
    with pytest.raises(BadStore):
        Archive(home / "archive.db")
    db = sqlite3.connect(home / "archive.db")
    assert db.execute("pragma user_version").fetchone()[0] == 2, "the first step is whole, the second left nothing"
    tables = {row[0] for row in db.execute("select name from sqlite_master where type = 'table'")}
    assert "one" in tables and "two" not in tables
    assert sqlite3.connect(home / "archive-schema-1.db").execute("pragma integrity_check").fetchone()[0] == "ok"
    migrate(db, home / "archive.db", steps | {2: "create table two (x)"}, 4)
    assert db.execute("pragma user_version").fetchone()[0] == 4
    assert db.execute("select count(*) from one").fetchone()[0] == 1


def test_a_backup_restored_as_the_docs_say_is_the_same(home: Path, tmp_path: Path) -> None:
    before = work.everything(home)
    assert run(home, "backup", str(home / "copy")).exit_code == 0
    other = tmp_path / "restored"
    other.mkdir()
    for name in ("archive.db", "tracker.db"):
        shutil.copy(home / "copy" / name, other / name)
    assert run(other, "archive", "verify").exit_code == 0
    assert work.everything(other) == before
    assert run(other, "reread").exit_code == 0
    assert work.everything(other) == before


def test_a_source_that_leaves_the_registry_keeps_its_history(home: Path) -> None:
    """The replayed sources are in no registry: their pages are read again all the same, and health calls them retired."""
    assert run(home, "reread").exit_code == 0
    states = {row["state"] for row in json.loads(run(home, "health", "--json").stdout)["sources"]}
    assert states <= {"ok", "degraded", "failing", "retired"} and work.content(home)["version"]


@pytest.mark.parametrize("environment", [{"HOME": ""}, {"TZ": "Asia/Kathmandu"}, {"LANG": "C", "LC_ALL": "C"}])
def test_the_environment_changes_nothing(home: Path, environment: dict[str, str]) -> None:
    call = [sys.executable, "-c", "from banwatch import main; main()", "--home", str(home), "health", "--json"]
    told = [
        subprocess.run(call, capture_output=True, cwd=ROOT, timeout=600, env=os.environ | extra).stdout
        for extra in ({}, environment)
    ]
    assert told[0] == told[1] and json.loads(told[0])


def test_a_closed_pipe_is_no_crash(home: Path) -> None:
    call = f"{sys.executable} -c 'from banwatch import main; main()' --home '{home}' sources list | head -1"
    done = subprocess.run(["bash", "-c", call], capture_output=True, text=True, cwd=ROOT, timeout=600)
    assert "Traceback" not in done.stderr and len(done.stdout.splitlines()) == 1

"""A versions repository of Open Terms Archive -> archive: every recorded version of every document, in order of time.

The history is read, not just the last commit: each commit that wrote ``Service/Document.md`` is one capture of source
``ota-<service>-<document>`` at the commit's instant (https://docs.opentermsarchive.org). A commit is read through ``git``.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from errors import BadConfiguration
from records import Page, Source
from store.archive import Archive, instant
from store.database import slug

ROOT = Path(__file__).parent.parent
RUN = "import-ota"
PLACE = re.compile(r"(?P<service>[^/]+)/(?P<document>[^/]+)\.md\Z")
GITHUB = re.compile(r"github\.com[:/](?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?\Z")
UPGRADE = re.compile(r"apply technical|refilter", re.I)  # subjects of commits that record a change of the reader
ABSENT = "0" * 40


@dataclass(frozen=True, slots=True)
class Version:
    """One recorded text: the commit and its instant, where it stands, and the object that holds it."""

    commit: str
    at: str
    service: str
    document: str
    blob: str
    upgrade: bool  # the archive read the page otherwise from then on; the platform changed nothing


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did: documents seen, versions kept, versions that were there already, files that are no document."""

    documents: int
    kept: int
    known: int
    refused: tuple[tuple[str, str], ...]  # path, why
    unknown: tuple[
        str, ...
    ] = ()  # types of documents that are none of Open Terms Archive's; kept under their own names


def take(
    repository: Path, archive: Archive, services: Sequence[str] = (), url: str = "", types: Sequence[str] = (),
    progress: Callable[[int, int], None] = lambda count, total: None,
) -> Taken:  # fmt: skip
    """Keep every version of the repository that is not kept yet; of some services or types of document only, if they are named.

    ``url``: where readers find the repository; default: the remote it was cloned from. Raises BadConfiguration if
    ``repository`` is no git repository, or holds none of the services.
    """
    base = url.rstrip("/") or _remote(repository)
    versions, refused = _versions(repository, services)
    versions = [version for version in versions if not types or _type(version) in types]
    if not versions:
        raise BadConfiguration(f"{repository}: no documents ({', '.join([*services, *types]) or 'Service/Document.md'}) in its history")  # fmt: skip
    upgrades: dict[tuple[str, str], list[str]] = defaultdict(list)
    for version in versions:
        upgrades[version.service, version.document] += [_instant(version)] * version.upgrade
    sources = {(v.service, v.document): _source(v, base, upgrades[v.service, v.document]) for v in versions}
    for source in sources.values():
        archive.declare(source)
    held = {(s.source, s.fetched_at, s.sha256) for s in archive.sightings()}
    kept = 0
    for count, (version, body) in enumerate(zip(versions, _bodies(repository, versions), strict=True), 1):
        progress(count, len(versions))
        page = _page(version, sources[version.service, version.document], body, base)
        if (page.source, instant(page.fetched_at), page.sha256) not in held:
            archive.keep(page, RUN)
            kept += 1
    unknown = sorted({source.document_type for source in sources.values()} - document_types())
    return Taken(len(sources), kept, len(versions) - kept, tuple(refused), tuple(unknown))


@cache
def document_types() -> frozenset[str]:
    """Types of documents by Open Terms Archive's names, and ours (data/reference/terms-types.toml)."""
    held = tomllib.loads((ROOT / "data" / "reference" / "terms-types.toml").read_text(encoding="utf-8"))
    return frozenset(held["open_terms_archive"] + held["ours"])


def _git(repository: Path, *words: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(repository), *words], capture_output=True, check=True)
    except FileNotFoundError as error:
        raise BadConfiguration("git is not installed; the import of a versions repository needs it") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip()
        raise BadConfiguration(f"{repository}: not a git repository that can be read: {said}") from error
    return done.stdout.decode("utf-8", "replace")


def need_repository(path: Path) -> None:
    """Raises BadConfiguration for a folder that git does not read as a repository."""
    _git(path, "rev-parse", "--git-dir")


def _remote(repository: Path) -> str:
    """Address of the repository for readers, "" if it does not say where it came from."""
    need_repository(repository)
    try:
        stated = _git(repository, "config", "--get", "remote.origin.url").strip()
    except BadConfiguration:
        return ""
    found = GITHUB.search(stated)
    return f"https://github.com/{found['name']}" if found else ""


def _versions(repository: Path, services: Sequence[str]) -> tuple[list[Version], list[tuple[str, str]]]:
    """All versions in order of their instants, and files that are no document."""
    said = _git(
        repository, "log", "--reverse", "--no-renames", "--no-abbrev", "--raw", "-z", "--format=%x01%H %cI %s", "--", *services
    )  # fmt: skip
    found: list[Version] = []
    refused: dict[str, str] = {}
    for entry in said.split("\x01")[1:]:
        head, _, rest = entry.partition("\0")
        commit, at, subject = head.split(" ", 2)
        fields = rest.lstrip("\n").split("\0")
        for status, path in zip(fields[::2], fields[1::2], strict=False):
            blob = status.split()[3] if status.startswith(":") else ABSENT
            place = PLACE.match(path)
            if place is None:
                refused.setdefault(path, "not Service/Document.md")
            elif blob != ABSENT:  # a document that was taken out of the repository is not a text
                found.append(
                    Version(commit, at, place["service"], place["document"], blob, bool(UPGRADE.match(subject)))
                )
    found.sort(key=lambda v: datetime.fromisoformat(v.at))
    return found, sorted(refused.items())


def _bodies(repository: Path, versions: Sequence[Version]) -> Iterator[bytes]:
    """The text of every version, in their order, through one process."""
    with subprocess.Popen(
        ["git", "-C", str(repository), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout
        for version in versions:
            process.stdin.write(version.blob.encode() + b"\n")
            process.stdin.flush()
            size = process.stdout.readline().split()[-1]
            if not size.isdigit():
                raise BadConfiguration(f"{repository}: object {version.blob} of commit {version.commit} is missing")
            yield process.stdout.read(int(size))
            process.stdout.read(1)


def _type(version: Version) -> str:
    return version.document.partition(" #")[0]


def _source(version: Version, base: str, upgrades: list[str]) -> Source:
    name = f"{version.service} {version.document}"
    return Source(
        id=f"ota-{slug(version.service)}-{slug(version.document)}", name=f"{name} (Open Terms Archive)", url=_address(version, base, "HEAD"),
        parser="policy", tier="aggregator", publisher="Open Terms Archive contributors", platform=version.service,
        document_type=_type(version), part=version.document.partition(" #")[2], known_from=base, retired=version.at[:10],
        options={"upgrades": upgrades} if upgrades else {},
        notes="Imported history (ODC-BY 1.0); not crawled.",
    )  # fmt: skip


def _instant(version: Version) -> str:
    return instant(datetime.fromisoformat(version.at))


def _address(version: Version, base: str, commit: str) -> str:
    place = f"{version.service}/{version.document}.md".replace(" ", "%20").replace("#", "%23")
    return f"{base or 'https://versions.invalid'}/blob/{commit}/{place}"


def _page(version: Version, source: Source, body: bytes, base: str) -> Page:
    """As if the version had been fetched from the repository; asked for at one address, so that deltas find their bases."""
    headers = (("content-type", "text/markdown; charset=utf-8"),)
    at = datetime.fromisoformat(version.at)
    return Page(source.id, "policy", _address(version, base, version.commit), source.url, at, 200, headers, body)

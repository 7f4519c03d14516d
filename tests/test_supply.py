"""What the project takes from others: every package is locked with its hashes, and the lock can be handed on as a bill of materials."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
UV = ROOT / ".venv" / "bin" / "uv"
HADOLINT = Path(sys.executable).parent / "hadolint"


def locked() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    return [package for package in found if package["name"] != "banwatch"]


def test_every_file_of_every_package_is_locked_by_its_hash() -> None:
    for package in locked():
        assert package["source"] == {"registry": "https://pypi.org/simple"}, package["name"]
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        assert files, package["name"]
        for file in files:
            assert re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"]), (package["name"], file["url"])
            assert file["url"].startswith("https://files.pythonhosted.org/"), file["url"]


def test_the_lock_is_that_of_the_project() -> None:
    """Every dependency that pyproject.toml asks for is in the lock, and no install goes round it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = (project["project"]["optional-dependencies"], project["dependency-groups"])
    asked = [
        *project["project"]["dependencies"],
        *(one for group in groups for several in group.values() for one in several),
    ]
    names = {package["name"] for package in locked()}
    assert {re.split(r"[<>=!\[ ;]", one)[0].lower() for one in asked} - names == set()
    made = (ROOT / "Makefile").read_text(encoding="utf-8") + (ROOT / "deploy" / "Dockerfile").read_text(
        encoding="utf-8"
    )
    assert all("--frozen" in line for line in made.splitlines() if "uv sync" in line.lower() or "$(UV) sync" in line)


def test_the_floor_of_what_had_advisories() -> None:
    """Versions from which on the faults that reach a crawler or a server of Banwatch are mended."""
    floor = {"scrapy": (2, 17), "datasette": (0, 65, 4), "lxml": (6,), "brotli": (1, 2), "twisted": (24, 7), "feedparser": (6, 0), "feedgen": (1, 0)}  # fmt: skip
    held = {package["name"]: package["version"] for package in locked()}
    for name, least in floor.items():
        assert tuple(int(part) for part in re.findall(r"\d+", held[name])) >= least, (name, held[name])


@pytest.mark.skipif(not UV.is_file(), reason="uv is not in the environment (`make env`)")
def test_a_bill_of_materials_names_every_package_with_hashes(tmp_path: Path) -> None:
    """`make sbom`, but into another file."""
    said = subprocess.run(["make", "-s", "-n", "sbom"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    command = said.replace("banwatch.cdx.json", str(tmp_path / "bill.json"))
    subprocess.run(["bash", "-c", command], cwd=ROOT, check=True)
    bill = json.loads((tmp_path / "bill.json").read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    parts = {(part["name"], part["version"]): part for part in bill["components"]}
    assert {name for name, _ in parts} >= {"scrapy", "datasette", "lxml", "sqlite-utils", "feedgen"}
    assert set(parts) <= {(package["name"], package["version"]) for package in locked()}
    for part in parts.values():
        assert part["purl"].startswith("pkg:pypi/")
        assert any(hash_["alg"] == "SHA-256" for where in part["externalReferences"] for hash_ in where["hashes"])


def test_hadolint_has_nothing_to_say_of_the_image() -> None:
    done = subprocess.run([HADOLINT, ROOT / "deploy" / "Dockerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_the_image_is_built_from_what_it_needs_and_drops_its_rights() -> None:
    """What no linter knows: whose files the program's are, who runs it, and that no secret is in a layer."""
    text = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    steps = [
        line.split(None, 1) for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")
    ]
    last = max(number for number, (word, _) in enumerate(steps) if word == "FROM")
    final = steps[last:]
    user = next(number for number, (word, _) in enumerate(final) if word == "USER")
    assert not any(word in {"RUN", "COPY", "ADD"} for word, _ in final[user:]), (
        "nothing is done to the image after rights are dropped"
    )
    assert "--chown" not in text, "the program's files belong to root: the user who runs it cannot change it"
    assert not re.search(r"\bsudo\b|\bcurl\b|\bwget\b|chmod\s+(?:-R\s+)?777|(?:TOKEN|PASSWORD|SECRET|KEY)\s*=", text)
    assert all(rest.startswith("[") for word, rest in final if word in {"CMD", "ENTRYPOINT"})
    uid = re.search(r"useradd .*--uid (\d+)", text)
    assert uid and int(uid[1]) >= 10_000 and "nologin" in text

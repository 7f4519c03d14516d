"""Ready-made files for going live: each is what its own tool takes, and every command in them is one the program has."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from banwatch import main

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
COMMAND = re.compile(r"(?:^|[\s/\"'\[(=])banwatch((?: +(?:--?)?[\w./$\"{}-]+)+)")


def commands(text: str) -> list[list[str]]:
    """Words after each ``banwatch`` that is called."""
    found = []
    for line in text.splitlines():
        if line.lstrip().startswith("#") and "docker" not in line:
            continue
        found += [words.split() for words in COMMAND.findall(line.split("||")[0]) if words.split()[0] in main.commands]
    return found


def check(words: list[str]) -> None:
    """Raises if the program has no such verb or option."""
    command: click.Command = main
    while isinstance(command, click.Group):
        command = command.commands[words[0]]
        words = words[1:]
    known = {name for parameter in command.params for name in parameter.opts}
    for word in words:
        if word.startswith("--"):
            assert word in known, f"{command.name} has no option {word}"


def lists(data: Any) -> list[list[str]]:
    """Commands written as YAML lists."""
    return [service["command"] for service in data["services"].values()]


@pytest.mark.parametrize(
    "path",
    [*FILES, ROOT / "docs" / "how-to" / "go-live.md", ROOT / "docs" / "how-to" / "add-a-source.md"],
    ids=lambda p: p.name,
)
def test_every_command_is_one_the_program_has(path: Path) -> None:
    for words in commands(path.read_text(encoding="utf-8")):
        check(words)


def test_commands_are_found_at_all() -> None:
    found = [words[0] for path in FILES for words in commands(path.read_text(encoding="utf-8"))]
    assert {"crawl", "serve", "feed", "export", "backup", "reread"} <= set(found)
    with pytest.raises(AssertionError):
        check(["crawl", "--minuets", "4"])


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
@pytest.mark.parametrize("unit", ["banwatch.service", "banwatch.timer", "banwatch-serve.service"])
def test_units_are_what_systemd_takes(tmp_path: Path, unit: str) -> None:
    for path in (DEPLOY / "systemd").iterdir():
        text = (
            path.read_text(encoding="utf-8")
            .replace("/srv/banwatch/.venv/bin/banwatch", shutil.which("true") or "/bin/true")
            .replace("User=banwatch", "User=root")
            .replace("Group=banwatch", "Group=root")
        )
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / unit)], capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if "banwatch" in line]
    assert done.returncode == 0 and not said, done.stderr


def test_units_run_as_a_user_without_rights() -> None:
    for path in (DEPLOY / "systemd").glob("*.service"):
        text = path.read_text(encoding="utf-8")
        assert "User=banwatch" in text and "NoNewPrivileges=yes" in text and "ProtectSystem=strict" in text


def test_the_cron_line_has_five_times_and_a_command() -> None:
    lines = [
        line for line in (DEPLOY / "crontab").read_text(encoding="utf-8").splitlines() if line and line[0] not in "#M"
    ]
    (line,) = lines
    assert re.match(r"(?:[\d*/,-]+ +){5} *cd /srv/banwatch && ", line) and "%" not in line, (
        "cron ends a command at a percent sign"
    )


def workflow() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "github" / "crawl.yml").read_text(encoding="utf-8"))
    return found


def test_the_workflow_has_the_form_that_github_reads() -> None:
    """https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax"""
    found = workflow()
    assert set(found) == {"name", True, "concurrency", "permissions", "jobs"}, "YAML reads `on` as true"
    assert set(found[True]) == {"schedule", "workflow_dispatch"} and re.fullmatch(
        r"(\S+ ){4}\S+", found[True]["schedule"][0]["cron"]
    )
    assert set(found["permissions"].values()) <= {"read", "write"}
    (job,) = found["jobs"].values()
    assert {"runs-on", "timeout-minutes", "steps", "env", "environment"} == set(job)
    for step in job["steps"]:
        assert ("uses" in step) != ("run" in step) and set(step) <= {"name", "id", "uses", "with", "run", "env"}
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"])


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not here")
def test_the_scripts_of_the_workflow_are_shell() -> None:
    for step in workflow()["jobs"]["crawl"]["steps"]:
        if "run" in step:
            done = subprocess.run(["bash", "-n"], input=step["run"], text=True, capture_output=True, check=False)
            assert done.returncode == 0, done.stderr


def test_a_crawl_in_part_does_not_fail_the_workflow_and_a_crash_does() -> None:
    run = next(step["run"] for step in workflow()["jobs"]["crawl"]["steps"] if "crawl --due" in step.get("run", ""))
    for code, passes in ((0, True), (5, True), (7, True), (1, False), (6, False)):
        script = run.replace(".venv/bin/banwatch crawl --due --minutes 60", f"(exit {code})")
        assert (subprocess.run(["bash", "-ec", script], check=False).returncode == 0) is passes


def test_the_compose_file_keeps_containers_small() -> None:
    found = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    for words in lists(found):
        check(words)
    for service in found["services"].values():
        assert (
            service["read_only"]
            and service["cap_drop"] == ["ALL"]
            and service["security_opt"] == ["no-new-privileges:true"]
        )
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        assert service["volumes"] == ["data:/data"]


def test_the_image_ends_as_a_user_without_rights() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    steps = [line.split(None, 1) for line in lines if line and not line.startswith("#")]
    assert [word for word, _ in steps][-1] == "CMD" and ["USER", "10001"] in steps
    assert {word for word, _ in steps} <= {
        "FROM",
        "ENV",
        "WORKDIR",
        "RUN",
        "COPY",
        "USER",
        "VOLUME",
        "EXPOSE",
        "HEALTHCHECK",
        "ENTRYPOINT",
        "CMD",
    }
    assert all(re.search(r":3\.\d+-", rest) for word, rest in steps if word == "FROM"), (
        "a base without a tag changes by itself"
    )
    install = next(rest for word, rest in steps if "apt-get install" in rest)
    assert "--no-install-recommends" in install and "rm -rf /var/lib/apt/lists" in install
    pinned = re.search(r"uv==([\d.]+)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert pinned and f"uv=={pinned[1]}" in "\n".join(lines), "the image takes the uv that the Makefile takes"


def test_what_the_image_leaves_out_is_what_git_leaves_out() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "data/*.db*", "data/feeds"} <= set(ignored)

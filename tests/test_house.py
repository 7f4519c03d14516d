"""The house stands as designed: imports run downhill, the served folder is no package, every room says what it is."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("sources", "parsers", "claims", "changes", "store", "importers", "crawler", "feeds", "scale", "verbs")
GROUND = {"records", "errors", "extras"}
MAY = {
    "sources": GROUND,
    "parsers": GROUND,
    "claims": GROUND,
    "changes": GROUND,
    "store": GROUND | {"claims", "changes"},
    "importers": GROUND | {"parsers", "store"},
    "crawler": GROUND | {"sources", "parsers", "store"},
    "feeds": GROUND,
    "scale": GROUND | {"parsers", "claims", "changes", "store", "crawler"},
    "verbs": GROUND | {"sources", "parsers", "claims", "changes", "store", "importers", "crawler", "feeds", "scale"},
}
PURE = ("parsers", "claims", "changes")
IMPURE = {
    "sqlite3",
    "socket",
    "urllib.request",
    "http.client",
    "time",
    "random",
    "scrapy",
    "twisted",
    "requests",
    "subprocess",
}


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names


@pytest.mark.parametrize("room", ROOMS)
def test_imports_run_downhill(room: str) -> None:
    own = set(ROOMS) | GROUND | {"banwatch"}
    for path in modules(room):
        tops = {name.split(".")[0] for name in imported(path)} & own - {room}
        assert tops <= MAY[room], f"{path.relative_to(ROOT)} imports {sorted(tops - MAY[room])}"


@pytest.mark.parametrize("name", sorted(GROUND))
def test_the_ground_imports_nothing_of_the_project(name: str) -> None:
    tops = {module.split(".")[0] for module in imported(ROOT / f"{name}.py")}
    assert not tops & (set(ROOMS) | GROUND | {"banwatch"})


@pytest.mark.parametrize("room", PURE)
def test_pure_rooms_touch_no_network_clock_or_database(room: str) -> None:
    for path in modules(room):
        assert not imported(path) & IMPURE, path
        calls = [n.attr for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Attribute)]
        assert not {"now", "utcnow", "today"} & set(calls), f"{path.relative_to(ROOT)} asks the clock"


def test_the_served_folder_is_no_package() -> None:
    assert not list((ROOT / "datasette").rglob("__init__.py")), (
        "datasette/__init__.py would shadow the installed package"
    )
    import datasette

    assert ROOT not in Path(datasette.__file__).parents or ".venv" in datasette.__file__


@pytest.mark.parametrize("path", [p for room in ROOMS for p in modules(room)], ids=lambda p: str(p.relative_to(ROOT)))
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), "no docstring at the top"


def test_nothing_of_scale_is_loaded_without_being_asked_for() -> None:
    engines = {"redis", "distributed", "dask", "pyarrow"}
    for path in [ROOT / "banwatch.py", *(p for room in ROOMS if room != "scale" for p in modules(room))]:
        body = ast.parse(path.read_text(encoding="utf-8")).body
        top = {alias.name for node in body if isinstance(node, ast.Import) for alias in node.names}
        top |= {node.module or "" for node in body if isinstance(node, ast.ImportFrom)}
        assert not {name.split(".")[0] for name in top} & (engines | {"scale"}), path

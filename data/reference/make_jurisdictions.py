"""CLDR (through babel) + names curated in names.toml -> jurisdictions.toml. Run it by hand after a change of names.toml.

Country names and the local names of capitals in twelve languages come from CLDR; adjectives, short names and
subnational units stand in names.toml, because CLDR does not hold them.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from babel import Locale

HERE = Path(__file__).parent
LANGUAGES = {"en": "en", "fr": "fr", "uk": "uk", "ru": "ru", "de": "de", "es": "es", "pt": "pt", "pl": "pl", "tr": "tr", "it": "it", "ro": "ro", "zh": "zh_Hans", "zh-Hant": "zh_Hant"}  # fmt: skip
NOT_STATES = {"AC", "CP", "CQ", "DG", "EA", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ", "AQ", "BV", "HM", "UM", "CC", "CX", "NF", "GS", "IO", "TF", "PN", "SJ", "BQ", "MF", "BL"}  # fmt: skip

SPECIAL_REGIONS = {"HK", "MO"}  # CLDR names them with the state's name inside: names.toml has them


def short_names(name: str) -> list[str]:
    """What stands in brackets, after a dash, or names a special region of China is no part of a short name."""
    plain = re.sub(r"\s*[(（].*|\s+-\s.*", "", name.replace("’", "'")).strip()
    return [plain] if len(plain) > 2 or not plain.isascii() else []


def country(code: str, locales: dict[str, Locale], curated: dict[str, dict[str, list[str]]], zone: str) -> dict[str, object]:
    names: dict[str, list[str]] = {}
    for language, locale in locales.items():
        key = language[:2]
        own = [] if code in SPECIAL_REGIONS else short_names(locale.territories.get(code, ""))
        for name in own:
            names.setdefault(key, []).append(name)
        names.setdefault(key, []).extend(curated.get("names", {}).get(key, []))
    row: dict[str, object] = {"code": code, "name": (curated.get("names", {}).get("main") or names["en"])[0]}
    row["names"] = {key: list(dict.fromkeys(value)) for key, value in names.items()}
    row["adjectives"] = {key: value for key, value in curated.get("adjectives", {}).items()}
    row["seats"] = seats(zone, locales, curated.get("seats", {}))
    return row


def seats(zone: str, locales: dict[str, Locale], curated: dict[str, list[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for language, locale in locales.items():
        city = locale.time_zones.get(zone, {}).get("city", zone.split("/")[-1].replace("_", " ") if language == "en" else "")
        if zone and city:
            found.setdefault(language[:2], []).append(city)
    for language, cities in curated.items():
        found.setdefault(language, []).extend(cities)
    return {key: list(dict.fromkeys(value)) for key, value in found.items()}


def line(row: dict[str, object]) -> str:
    body = ["[[jurisdiction]]", f"code = {json.dumps(row['code'])}", f"name = {json.dumps(row['name'], ensure_ascii=False)}"]
    for key in ("names", "adjectives", "seats"):
        table = row.get(key)
        if isinstance(table, dict) and table:
            inner = ", ".join(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in table.items() if v)
            body.append(f"{key} = {{ {inner} }}")
    return "\n".join(body) + "\n"


def main() -> None:
    curated = tomllib.loads((HERE / "names.toml").read_text("utf-8"))
    locales = {key: Locale.parse(value) for key, value in LANGUAGES.items()}
    codes = sorted(c for c in locales["en"].territories if re.fullmatch("[A-Z]{2}", c) and c not in NOT_STATES)
    rows = [country(code, locales, curated["country"].get(code, {}), curated["capital_zones"].get(code, "")) for code in codes]
    for code, unit in curated["unit"].items():
        main_name = unit["names"]["en"][0]
        rows.append({"code": code, "name": main_name, "names": unit["names"], "adjectives": unit.get("adjectives", {}), "seats": unit.get("seats", {})})
    head = "# Made by make_jurisdictions.py from CLDR and names.toml; do not edit by hand.\n\n"
    (HERE / "jurisdictions.toml").write_text(head + "\n".join(line(row) for row in rows), "utf-8")


if __name__ == "__main__":
    main()

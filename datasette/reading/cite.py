"""How to cite a page: as text, BibTeX and CSL-JSON, with the instant its evidence was fetched and that page's hash. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

BRACES = str.maketrans(
    {
        "{": "\\{",
        "}": "\\}",
        "%": "\\%",
        "&": "\\&",
        "#": "\\#",
        "_": "\\_",
        "$": "\\$",
        "~": "\\~{}",
        "^": "\\^{}",
        "\\": "/",
    }
)


def citation(ident: str, title: str, address: str, today: str, changed: str, evidence: dict[str, Any] | None = None) -> dict[str, str]:  # fmt: skip
    """{text, bibtex, csl, wikipedia}. ``changed`` is the instant the entry last changed; ``evidence`` has url, fetched_at, sha256,
    and "newest" where a page tells of many things and this is the newest of what it rests on."""
    proof = _proof(evidence)
    year = changed[:4] or today[:4]
    text = f"Banwatch ({year}). {title}. {address} (entry as of {changed[:10] or today}, accessed {today}).{proof and ' ' + proof}"
    return {
        "text": text,
        "bibtex": _bibtex(ident, title, address, today, changed, proof),
        "csl": _csl(ident, title, address, today, changed, proof, evidence),
        "wikipedia": _wikipedia(title, address, today, changed, proof),
    }


def _proof(evidence: dict[str, Any] | None) -> str:
    """What the page rests on: the archived page with instant and hash, or the address that whoever entered it gave."""
    if not evidence or not evidence.get("sha256"):
        return f"Source named by the register: {evidence['url']}." if evidence and evidence.get("url") else ""
    word = "Newest evidence" if evidence.get("newest") else "Evidence"
    return f"{word}: {evidence['url']}, fetched {evidence['fetched_at']}, SHA-256 {evidence['sha256']}."


def _bibtex(ident: str, title: str, address: str, today: str, changed: str, proof: str) -> str:
    lines = [
        f"@misc{{banwatch-{ident},", "  author = {{Banwatch}},", f"  title = {{{title.translate(BRACES)}}},",
        f"  year = {{{changed[:4] or today[:4]}}},", f"  url = {{{address}}},", f"  urldate = {{{today}}},",
        f"  note = {{Entry as of {changed[:10] or today}. {proof.translate(BRACES)}}}", "}",
    ]  # fmt: skip
    return "\n".join(lines)


def _csl(ident: str, title: str, address: str, today: str, changed: str, proof: str, evidence: dict[str, Any] | None) -> str:  # fmt: skip
    item = {
        "id": f"banwatch-{ident}", "type": "webpage", "title": title, "container-title": "Banwatch", "author": [{"literal": "Banwatch"}],
        "URL": address, "issued": _parts(changed or today), "accessed": _parts(today), "note": proof,
    }  # fmt: skip
    if evidence and evidence.get("sha256"):
        item |= {"archive_location": f"sha256:{evidence['sha256']}", "original-date": _parts(evidence["fetched_at"])}
    return json.dumps([item], ensure_ascii=False, indent=1)


def _wikipedia(title: str, address: str, today: str, changed: str, proof: str) -> str:
    """The template has no place for a hash; what stands behind it inside a <ref> is shown after it."""
    plain, rests = (re.sub(r"[|{}\[\]<>]", " ", text) for text in (title, proof))
    cited = f"{{{{cite web |title={plain} |url={address} |website=Banwatch |date={changed[:10] or today} |access-date={today}}}}}"
    return f"{cited} {rests}".strip()


def _parts(day: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in day[:10].split("-") if part.isdigit()]]}

"""robots.txt -> what it says to us, in a few words: so that a change of it is seen. What may be fetched is decided elsewhere (manners.py)."""

from __future__ import annotations

import hashlib
import re

END_OF_LINE = re.compile(r"[\r\n]+")
KINDS = {"allow", "disallow", "crawl-delay"}
NO_RULES = "no rules"


def said(text: str, token: str) -> str:
    """ "12 rules, delay 5 (3f9a0c1e)": how many rules hold for ``token``, and a digest of them; their order and comments do not matter.

    The groups that name ``token`` count, else those for everybody (RFC 9309 2.2.1).
    """
    groups = _groups(text)
    rules = sorted(groups.get(token.lower()) or groups.get("*") or ())
    if not rules:
        return NO_RULES
    delay = next((f", delay {rule.partition(' ')[2]}" for rule in rules if rule.startswith("crawl-delay ")), "")
    digest = hashlib.sha256("\n".join(rules).encode()).hexdigest()[:8]
    count = sum(not rule.startswith("crawl-delay ") for rule in rules)
    return f"{count} rule{'s' if count != 1 else ''}{delay[:20]} ({digest})"


def _groups(text: str) -> dict[str, set[str]]:
    """Rules by user agent in lower case; groups of one agent are taken together."""
    found: dict[str, set[str]] = {}
    agents: list[str] = []
    begun = False  # whether the group has a rule already: then the next user-agent line opens another
    for line in END_OF_LINE.split(text.lstrip("\ufeff")):
        name, _, value = line.partition("#")[0].partition(":")
        key, said = name.strip().lower(), value.strip()
        if key == "user-agent":
            agents, begun = ([] if begun else agents) + [said.lower()], False
        elif key in KINDS:
            begun = True
            for agent in agents:
                found.setdefault(agent, set()).update({f"{key} {said}"} if said else ())
    return found

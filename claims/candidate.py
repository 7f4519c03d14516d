"""What a sentence may be a claim of, while its roles and signs are being found. A shape; finds nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from claims.lexicon import Rule
from claims.mentions import Mention
from claims.reading import Sentence

GOVERNING = frozenset("AJDG")  # kinds of names, and words, for who may act on a platform
LIST = 30  # characters that may part two names of a list
SUBJECT = 20  # characters between a platform and the passive it is the subject of


@dataclass
class Candidate:
    """``signs`` are the names of what speaks for and against it (claims/weights.toml says how much)."""

    rule: Rule
    action: str
    sentence: Sentence
    at: int  # place of the trigger in the masked sentence
    end: int
    words: str
    voice: str = "active"
    signs: set[str] = field(default_factory=set)
    platforms: tuple[str, ...] = ()
    bridge: tuple[int, int] = (0, 0)  # what stands between the trigger and the platform
    places: tuple[str, ...] = ()
    told_at: int = 0  # number of the sentence before that ``places`` are carried on from
    authority: Mention | None = None
    person: Mention | None = None

    @property
    def kind(self) -> str:
        """Name of the rule's own weight: what fired and what it says."""
        return f"{self.rule.trigger}{'~' if self.rule.close else ''}:{self.action}"

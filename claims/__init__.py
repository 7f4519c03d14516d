"""Article text -> claims: what a government did to a platform, or a platform to its rules, with the sentence that says so."""

from claims.extract import extract, published
from claims.vocabulary import coarse

__all__ = ["coarse", "extract", "published"]

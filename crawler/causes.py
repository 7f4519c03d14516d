"""What ended a fetch -> the short word an issue is filed under, and whether the source failed, was skipped or is put off."""

from __future__ import annotations

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from crawler.guards import Blocked
from errors import BanwatchError

KINDS: tuple[tuple[type[Exception], str], ...] = (
    (DownloadTimeoutError, "timeout"),
    (CannotResolveHostError, "dns"),
    (DownloadConnectionRefusedError, "refused"),
    (DownloadCancelledError, "too-large"),
    (UnsupportedURLSchemeError, "blocked-scheme"),
)
WORDS = (  # in the text of an error that has no class of its own; the first that fits counts
    ("blocked-address", "blocked-address"), ("SSL", "tls"), ("certificate", "tls"), ("TLS", "tls"),
    ("VerificationError", "tls"),
    ("MalformedChunked", "protocol"), ("ParseError", "protocol"), ("ValueError", "protocol"),
    ("DataLoss", "truncated"), ("ConnectionLost", "reset"), ("ConnectionDone", "reset"), ("ResponseNeverReceived", "reset"),
)  # fmt: skip
OUTCOMES = {"robots": "skip", "robots-unreachable": "skip", "rate-limited": "defer"}


def cause(error: BaseException) -> str:
    """The word for what ended a fetch; "reset" where nothing better is known: no answer came."""
    if isinstance(error, Blocked | BanwatchError):
        return error.cause
    text = _told(error)
    if "blocked-address" in text:
        return "blocked-address"
    if isinstance(error, DownloadFailedError) and "ConnectionDone" in text and "NeverReceived" not in text:
        return "protocol"  # something came and was no head of an answer, or one without end
    named = next((word for kind, word in KINDS if isinstance(error, kind)), "")
    found = named or next((word for sign, word in WORDS if sign in text), "")
    return found or ("truncated" if isinstance(error, ResponseDataLossError) else "reset")


def outcome(word: str) -> str:
    """fail, skip (we were told not to) or defer (we were told when)."""
    return OUTCOMES.get(word, "fail")


def message(error: BaseException) -> str:
    """One line for the maintainer: what was said, without the classes it was wrapped in."""
    reasons = getattr(error.__cause__, "reasons", None) or getattr(error, "reasons", None)
    said = "; ".join(f"{reason.value}" for reason in reasons) if reasons else str(error) or str(error.__cause__ or "")
    return " ".join(said.split())[:500] or type(error).__name__


def _told(error: BaseException) -> str:
    """Every class and word an error and its reasons carry."""
    reasons = [
        reason.value for reason in getattr(error.__cause__, "reasons", None) or getattr(error, "reasons", None) or ()
    ]
    return " ".join(
        f"{type(one).__name__} {one!r} {one}" for one in (error, error.__cause__, *reasons) if one is not None
    )

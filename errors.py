"""The tree of errors. Parsers and guards raise them; one edge, where a reading is saved, turns them into issues.

BanwatchError
├── PageChanged      a selector matched nothing, or more than it may: the page was rebuilt
├── NotTheDocument   the page answers, but it is a consent wall, login, challenge, error page, another document
├── Unreadable       bytes that are no text, feed, PDF, or JSON we can read
├── Unrecognised     a name or word that the vocabulary does not hold
├── FetchFailed      no usable answer came (transient or not)
├── Refused          a guard said no: address, scheme, size, time, depth, robots
├── BadConfiguration a source file or setting is wrong; nothing is fetched
└── BadStore         a database is missing, damaged, newer than the program, or cannot be written
"""

from __future__ import annotations


class BanwatchError(Exception):
    """``cause`` is a short stable word (``too-large``, ``selector-empty``) that an issue is filed under."""

    cause = "error"

    def __init__(self, message: str, cause: str | None = None) -> None:
        super().__init__(message)
        if cause:
            self.cause = cause


class PageChanged(BanwatchError):
    cause = "selector-empty"


class NotTheDocument(BanwatchError):
    cause = "not-the-document"


class Unreadable(BanwatchError):
    cause = "unreadable"


class Unrecognised(BanwatchError):
    cause = "unrecognised"


class FetchFailed(BanwatchError):
    cause = "fetch-failed"

    def __init__(self, message: str, cause: str | None = None, transient: bool = True) -> None:
        super().__init__(message, cause)
        self.transient = transient


class Refused(BanwatchError):
    cause = "refused"


class BadConfiguration(BanwatchError):
    cause = "bad-configuration"


class BadStore(BanwatchError):
    cause = "bad-store"

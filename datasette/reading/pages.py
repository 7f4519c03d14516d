"""Address -> the function that reads what stands there. Every page is also given as JSON: the same address with ".json"."""

from __future__ import annotations

from collections.abc import Callable

from reading import actions, home
from reading.look import Shown

Load = Callable[..., Shown]
ID = r"(?P<ident>[^/]+?)"
PAGES: tuple[tuple[str, Load], ...] = (
    (r"/", home.home),
    (rf"/action/{ID}", actions.action),
)

"""Address -> the function that reads what stands there. Every page is also given as JSON: the same address with ".json"."""

from __future__ import annotations

from collections.abc import Callable

from reading import (
    about,
    actions,
    archived,
    conflicts,
    documents,
    home,
    kinds,
    places,
    platforms,
    search,
    sources,
    timeline,
)
from reading.look import Shown

Load = Callable[..., Shown]
ID = r"(?P<ident>[^/]+?)"
PAGES: tuple[tuple[str, Load], ...] = (
    (r"/", home.home),
    (r"/timeline", timeline.timeline),
    (r"/matrix", kinds.whole_matrix),
    (r"/search", search.search),
    (rf"/action/{ID}", actions.action),
    (r"/platform", platforms.platforms),
    (rf"/platform/{ID}", platforms.platform),
    (r"/jurisdiction", places.jurisdictions),
    (rf"/jurisdiction/{ID}", places.jurisdiction),
    (rf"/authority/{ID}", places.authority),
    (r"/kind", kinds.kinds),
    (rf"/kind/{ID}", kinds.kind),
    (r"/document", documents.documents),
    (rf"/document/{ID}", documents.document),
    (rf"/update/{ID}", documents.update),
    (rf"/version/{ID}", documents.version),
    (rf"/page/{ID}", archived.page),
    (rf"/claim/{ID}", archived.claim),
    (rf"/article/{ID}", archived.article),
    (rf"/source/{ID}", sources.source),
    (r"/maintainers", sources.maintainers),
    (r"/conflicts", conflicts.conflicts),
    (r"/data", about.data),
    (r"/methods", about.methods),
    (r"/about", about.about),
)

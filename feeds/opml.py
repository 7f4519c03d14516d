"""All feeds -> one OPML 2.0 list that any reader imports. Pure. http://opml.org/spec2.opml"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from feeds.addresses import Site
from feeds.edition import home
from feeds.slices import Names, Slice, title

GROUPS = {
    "": "Everything",
    "platform": "By platform",
    "jurisdiction": "By jurisdiction",
    "kind": "By kind",
    "topic": "By topic",
    "authority": "By authority",
}


def grouped(slices: Sequence[Slice]) -> dict[str, list[Slice]]:
    """Slices under the words of GROUPS, in their order."""
    found: dict[str, list[Slice]] = {name: [] for name in GROUPS}
    for one in slices:
        found[next(iter(one.filters), "")].append(one)
    return {name: members for name, members in found.items() if members}


def opml(site: Site, names: Names, slices: Sequence[Slice], questions: Sequence[tuple[str, str]] = ()) -> bytes:
    """The list, with the questions that need no argument (path of the feed, words) and the maintainers' feed last."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = f"{site.title}: all feeds"
    body = etree.SubElement(root, "body")
    for name, members in grouped(slices).items():
        group = etree.SubElement(body, "outline", text=GROUPS[name])
        for one in members:
            _outline(group, f"{site.title}: {title(names, one)}", site.feed(one.address("atom")), home(site, one))
    if questions:
        group = etree.SubElement(body, "outline", text="Questions")
        for path, said in questions:
            _outline(
                group,
                f"{site.title}: {said}",
                site.feed(f"{path}.atom"),
                f"{site.base}/tracker/{path.removeprefix('query/')}",
            )
    maintainers = etree.SubElement(body, "outline", text="For maintainers")
    _outline(
        maintainers,
        f"{site.title}: sources that need a maintainer",
        site.feed("maintainers.atom"),
        f"{site.base}/maintainers",
    )
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def _outline(parent: etree._Element, text: str, feed: str, page: str) -> None:
    etree.SubElement(parent, "outline", type="rss", text=text, title=text, xmlUrl=feed, htmlUrl=page)

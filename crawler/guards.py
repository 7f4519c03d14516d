"""What may be fetched: address -> nothing, or the reason why not. Asked before every request and at every connect.

An allow-list, since block-lists come back (FAULTS of page watchers): http and https, a global address behind every name, and
beyond that only the "host:port" pairs that a test or the sample was given.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

NAT64 = IPv6Network("64:ff9b::/96")
PORTS = {"http": 80, "https": 443}
WEB_PORTS = {80, 443, 8000, 8080, 8443}  # what else listens on a public host is no web site
NUMBER = re.compile(r"(?:\d+|0x[0-9a-f]*)\.?\Z", re.I)  # https://url.spec.whatwg.org/#ends-in-a-number-checker
MOST_SEGMENTS = 20
REPEATED = re.compile(r"/([^/]+)(?:/\1){2,}(?:/|$)")


class Blocked(IgnoreRequest):
    """A guard said no; ``cause`` is the word an issue is filed under."""

    def __init__(self, cause: str, message: str) -> None:
        super().__init__(message)
        self.cause = cause


def is_public(address: str) -> bool:
    """Whether an IP address is a global one, in whatever form it hides an IPv4 address."""
    found = ip_address(address.split("%")[0])
    return all(part.is_global and not part.is_multicast for part in (found, *_inside(found)))


def _inside(found: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(found, IPv4Address):
        return []
    hidden = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
    if found in NAT64:
        hidden.append(IPv4Address(int(found) & 0xFFFFFFFF))
    return [address for address in hidden if address]


def verdict(url: str, allowed: frozenset[str]) -> Blocked | None:
    """Why ``url`` may not be fetched; None if it may. ``allowed`` are "host:port" pairs that may be local."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return Blocked("bad-url", f"not an address: {url[:200]}")
    host = parts.hostname or ""
    if parts.scheme not in PORTS:
        return Blocked("blocked-scheme", f"scheme {parts.scheme!r} is not fetched")
    if not host or parts.username is not None or "\\" in parts.netloc:
        return Blocked("blocked-address", "no host, or a user name in the address")
    if f"{host}:{port or PORTS[parts.scheme]}" in allowed:
        return None
    if _is_literal(host) and not is_public(host):
        return Blocked("blocked-address", f"{host} is not a public address")
    if NUMBER.match(host.rpartition(".")[2]) and not _is_literal(host):
        return Blocked("blocked-address", f"{host} is a number that stands for an address")
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return Blocked("blocked-address", f"{host} is a local name")
    if (port or PORTS[parts.scheme]) not in WEB_PORTS:
        return Blocked("blocked-port", f"port {port} is none of the web's ({', '.join(map(str, sorted(WEB_PORTS)))})")
    return None


def is_trap(url: str) -> bool:
    """Whether the path repeats itself or has no end (Heritrix' PathologicalPath and TooManyPathSegments)."""
    path = urlsplit(url).path
    return path.count("/") > MOST_SEGMENTS or bool(REPEATED.search(path)) or len(url) > 2_000


def _is_literal(host: str) -> bool:
    try:
        ip_address(host.split("%")[0])
    except ValueError:
        return False
    return True


class AddressGuard:
    """Downloader middleware: no request leaves, redirected ones included, unless its address may be fetched.

    It also puts a source's token on requests to the source's own host, and takes it off all others.
    """

    def __init__(self, allowed: frozenset[str]) -> None:
        self.allowed = allowed

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AddressGuard:
        return cls(frozenset(crawler.settings.getlist("BANWATCH_ALLOW_HOSTS")))

    def process_request(self, request: Request) -> None:
        blocked = verdict(request.url, self.allowed)
        if blocked:
            raise blocked
        name, value, host = request.meta.get("token") or ("", "", "")
        if name:
            request.headers.pop(name, None)
            if urlsplit(request.url).netloc == host:
                request.headers[name] = value


class PublicResolver(CachingThreadedResolver):
    """Resolver that answers with public addresses only: what is checked is what is connected to, so that a name cannot
    change its address between the two."""

    allowed_names: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> PublicResolver:
        made: PublicResolver = super().from_crawler(crawler, reactor)
        hosts = crawler.settings.getlist("BANWATCH_ALLOW_HOSTS")
        made.allowed_names = frozenset(host.rsplit(":", 1)[0] for host in hosts)
        return made

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:
        found = super().getHostByName(name, timeout)
        found.addCallback(self._only_public, name)
        return found

    def _only_public(self, address: str, name: str) -> str:
        if name not in self.allowed_names and not is_public(address):
            raise DNSLookupError(f"blocked-address: {name} is {address}, not a public address")
        return address

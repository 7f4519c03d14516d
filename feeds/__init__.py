"""Developments in tracker.db -> RSS 2.0, Atom and JSON Feed: as files (``build``) and as answers (``answer``). Reads SQL views;
imports nothing that writes."""

from feeds.static import build

__all__ = ["build"]

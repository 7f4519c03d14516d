"""Datasets of others -> archived pages, one file a dataset. Pages are kept first; then they take the road of every crawl."""

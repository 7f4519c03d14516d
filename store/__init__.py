"""Everything that is kept: archive.db, the truth, and tracker.db, which is made from it. The only room that writes."""

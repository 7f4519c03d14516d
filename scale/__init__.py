"""Beyond one machine: crawling over many workers, and back-fills out of web archives. Not imported unless it is asked for."""

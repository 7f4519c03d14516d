"""sources/*.toml -> records.Source. Reads files and refuses what it does not know; fetches nothing."""

from sources.load import FOLDER, load, loads, register, retire, sample, was_registered

__all__ = ["FOLDER", "load", "loads", "register", "retire", "sample", "was_registered"]

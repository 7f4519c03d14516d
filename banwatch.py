"""Roof: the verbs of the command line; no logic."""


def main() -> None:
    raise SystemExit(1)

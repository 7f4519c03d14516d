"""The strip of an action's life: stretches and marks stand where their days are, and nothing stands outside of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading.life import LEAST, WIDTH, strip

DAY = st.dates().filter(lambda day: 1990 < day.year < 2060).map(str)
CUT = DAY.flatmap(lambda day: st.sampled_from([day, day[:7], day[:4]]))


def told(*days: str) -> list[dict[str, str]]:
    return [{"happened_on": day, "kind": "device_ban", "title": "x"} for day in days]


def stretch(since: str, until: str = "", state: str = "in_force") -> dict[str, str]:
    return {"since": since, "until": until, "state": state}


def test_what_was_in_force_for_half_of_it_is_half_of_the_strip() -> None:
    found = strip(
        told("2024-01-01", "2025-01-01"),
        [stretch("2024-01-01", "2025-01-01"), stretch("2025-01-01", "", "partly_lifted")],
        "2026-01-02",
    )
    assert found is not None and (found["begin"], found["end"]) == ("2024-01-01", "2026-01-02")
    assert [round(span["x"] / WIDTH, 2) for span in found["spans"]] == [0, 0.5] and [
        span["state"] for span in found["spans"]
    ] == ["in_force", "partly_lifted"]
    assert [round(mark["x"] / WIDTH, 2) for mark in found["marks"]] == [0, 0.5] and [
        round(x / WIDTH, 2) for x in found["years"]
    ] == [0.5, 1.0]
    assert found["said"] == "in force 1 January 2024 to before 1 January 2025; partly lifted 1 January 2025 until today"


def test_a_day_that_is_known_to_its_month_says_no_more() -> None:
    found = strip(told("2024-04", "2025-01-19"), [], "2026-01-01")
    assert found is not None and found["begin"] == "2024-04"


@pytest.mark.parametrize(("life", "periods"), [([], []), (told("2024-01-01"), []), (told("", ""), [])])
def test_what_has_no_stretch_and_no_two_days_is_not_drawn(
    life: list[dict[str, str]], periods: list[dict[str, str]]
) -> None:
    assert strip(life, periods, "2026-01-01") is None


@given(st.lists(CUT, max_size=6), st.lists(st.tuples(DAY, DAY), max_size=4), DAY)
def test_nothing_stands_outside(days: list[str], spans: list[tuple[str, str]], today: str) -> None:
    found = strip(told(*days), [stretch(min(pair), max(pair)) for pair in spans], today)
    if found:
        assert all(0 <= mark["x"] <= WIDTH for mark in found["marks"]) and all(0 <= x <= WIDTH for x in found["years"])
        assert all(0 <= span["x"] <= WIDTH and span["width"] > 0 for span in found["spans"])


def test_what_began_today_is_no_strip_of_one_colour() -> None:
    found = strip(told("2026-01-01"), [stretch("2026-01-01")], "2026-01-01")
    assert found is not None and found["spans"][0]["x"] > WIDTH * (LEAST - 1) / LEAST

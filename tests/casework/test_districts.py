"""Police districts by date: which there were, which municipality lay where, and what nobody may guess."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.casework import districts, units
from safelight.casework.units import Unit
from safelight.errors import Refused
from tests.casework import municipality_numbers

LAST, FIRST = date(2015, 12, 31), date(2016, 1, 1)


def test_there_were_27_and_since_2016_there_are_12() -> None:
    assert [one.name for one in districts.every(FIRST)] == [
        "Oslo", "Øst", "Innlandet", "Sør-Øst", "Agder", "Sør-Vest", "Vest", "Møre og Romsdal", "Trøndelag", "Nordland",
        "Troms", "Finnmark",
    ]  # fmt: skip
    assert len(districts.every(LAST)) == 27
    assert [one.name for one in districts.every(FIRST) if one.nn != one.name] == ["Øst", "Sør-Øst"]
    assert districts.title("Øst", "nn") == "Aust politidistrikt"
    assert districts.title("Sør-Øst", "nb") == "Sør-Øst politidistrikt"


@pytest.mark.parametrize(
    ("number", "day", "there"),
    [
        ("0301", LAST, "Oslo"),
        ("0220", LAST, "Asker og Bærum"),
        ("0220", FIRST, "Oslo"),
        ("1201", LAST, "Hordaland"),
        ("1201", FIRST, "Vest"),
        ("1411", LAST, "Hordaland"),
        ("1221", LAST, "Haugaland og Sunnhordland"),
        ("1221", FIRST, "Sør-Vest"),
        ("1046", FIRST, "Sør-Vest"),
        ("1811", FIRST, "Trøndelag"),
        ("1804", LAST, "Salten"),
        ("2012", LAST, "Vestfinnmark"),
        ("1601", date(2017, 6, 1), "Trøndelag"),
        ("5001", date(2018, 6, 1), "Trøndelag"),
        ("1201", date(2026, 1, 1), "Vest"),  # a number that was given up, with the area that it named
        ("0627", date(2019, 6, 1), "Sør-Øst"),
        ("0627", date(2020, 6, 1), "Oslo"),
        ("1919", FIRST, None),  # the sources contradict each other
        ("1902", LAST, "Troms"),
        ("1919", LAST, "Midtre Hålogaland"),
        ("0138", LAST, "Follo"),
        ("0136", LAST, "Østfold"),
        ("1134", LAST, "Haugaland og Sunnhordland"),
        ("1159", date(2003, 1, 1), "Haugaland og Sunnhordland"),
        ("1539", LAST, "Nordmøre og Romsdal"),
        ("1504", LAST, "Sunnmøre"),
        ("0623", LAST, None),  # no list covers it
        ("3001", date(2021, 1, 1), "Øst"),
        ("3024", date(2021, 1, 1), "Oslo"),
        ("3053", date(2021, 1, 1), "Sør-Øst"),
        ("3054", date(2021, 1, 1), "Innlandet"),
        ("5402", date(2021, 1, 1), "Troms"),
        ("5403", date(2021, 1, 1), "Finnmark"),
        ("5403", date(2025, 1, 1), "Finnmark"),
        ("5061", date(2019, 6, 1), "Møre og Romsdal"),
        ("5061", date(2020, 6, 1), "Trøndelag"),
        ("2111", FIRST, None),
        ("9999", FIRST, None),
        ("٠٣٠١", FIRST, None),
        ("301", FIRST, None),
        ("0301", date(2001, 12, 31), None),
    ],
)
def test_a_municipality_lies_where_the_list_of_the_day_says(
    number: str, day: date, there: str | None
) -> None:
    assert districts.of_municipality(number, day) == there


def test_every_list_names_districts_of_its_own_time_and_says_what_it_rests_on() -> None:
    for one in districts.lists():
        assert one.source and one.covers
        for name in {*one.counties.values(), *one.municipalities.values()}:
            assert districts.known()[name].on(one.begins), (name, one.begins)
    for district in districts.known().values():
        assert all(districts.known()[name].on(district.ends or FIRST) for name in district.became)
        assert bool(district.became) == (district.ends is not None)


@given(st.text(max_size=6), st.dates(date(2000, 1, 1), date(2030, 1, 1)))
def test_what_is_found_was_a_district_that_day(number: str, day: date) -> None:
    there = districts.of_municipality(number, day)
    assert there is None or districts.known()[there].on(day)


def test_a_district_outside_its_period_is_refused_with_what_became_of_it() -> None:
    assert districts.district("Aust politidistrikt", FIRST).name == "Øst"
    with pytest.raises(Refused, match="Hordaland politidistrikt ended on 2016-01-01") as error:
        districts.district("Hordaland", FIRST)
    assert error.value.next_step == "Its area went to: Vest."
    with pytest.raises(Refused, match="Sør-Vest politidistrikt began on 2016-01-01"):
        districts.district("sør-vest", LAST)
    with pytest.raises(Refused, match="no police district “Vestlandet”"):
        districts.district("Vestlandet", FIRST)


def test_a_district_is_followed_only_where_it_became_one() -> None:
    assert districts.since("Hordaland", FIRST) == "Vest"
    assert districts.since("Hordaland", LAST) == "Hordaland"
    assert districts.since("Midtre Hålogaland", FIRST) is None


@pytest.mark.parametrize(
    ("text", "unit", "title"),
    [
        ("Vest", Unit("district", "Vest"), "Vest"),
        ("Kripos", Unit("national", "Kripos"), "Kripos"),
        ("SE:Polisen", Unit("foreign", "Polisen", "SE"), "Polisen (SE)"),
        ("DK", Unit("foreign", "", "DK"), "DK"),
    ],
)
def test_units_are_named_and_come_back_out_of_the_ledger(text: str, unit: Unit, title: str) -> None:
    found = units.unit(text, FIRST)
    assert (found, found.title, Unit.of(found.value)) == (unit, title, unit)


@pytest.mark.parametrize("text", ["", "NO:Vest", "Hordaland", "SE:" + "x" * 300, "se:Polisen"])
def test_other_units_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        units.unit(text, FIRST)


def test_every_number_of_every_year_has_its_district_but_those_that_no_source_names() -> None:
    buskerud = {f"06{n:02}" for n in (4, 12, *range(15, 21), *range(23, 29), 31, 32, 33)}
    sizes = {}
    for day, numbers in municipality_numbers.years():
        sizes[day.year] = len(numbers)
        found = {number: districts.of_municipality(number, day) for number in numbers}
        unknown = {number for number, there in found.items() if there is None}
        if day.year < 2016:
            assert unknown == buskerud | {"1535"}, day
        else:
            assert unknown == {"1919" if day.year < 2020 else "5414" if day.year < 2024 else "5516"}, day
        assert set(found.values()) - {None} == {one.name for one in districts.every(day)}, day
    assert [sizes[year] for year in (2002, 2006, 2012, 2016, 2017, 2018, 2020, 2024, 2026)] == [
        434, 431, 429, 428, 426, 422, 356, 357, 357,
    ]  # fmt: skip

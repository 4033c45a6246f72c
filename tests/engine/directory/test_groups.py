"""Groups and patterns."""

import pytest

from engine.directory.groups import Group, any_matches, meant, parse, unit_of


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("GD.crc.duty", Group("GD", "crc", "duty")),
        ("GD.crc", Group("GD", "crc", "duty")),
        ("GD-GZ.maint.duty.transmission", Group("GD-GZ", "maint", "duty", "transmission")),
    ],
)
def test_reads_groups(text: str, group: Group) -> None:
    assert parse(text) == group


@pytest.mark.parametrize("text", ["", "GD", "GD..duty", "a.b.c.d.e", "."])
def test_refuses_what_is_no_group(text: str) -> None:
    with pytest.raises(ValueError, match=r"unit\.role\.post"):
        parse(text)


@pytest.mark.parametrize(
    ("group", "pattern", "is_meant"),
    [
        ("GD.crc.duty", "GD.crc.duty", True),
        ("GD.crc.duty", "*.crc.*", True),
        ("GD.crc.duty_lead", "*.crc.duty", False),
        ("GD.crc.duty", "GD-GZ.crc.duty", False),
        ("GD.maint.duty.transmission", "GD.maint.duty", True),
        ("GD.maint.duty", "GD.maint.duty.transmission", False),
        ("GD.maint.duty.data", "GD.maint.duty.transmission", False),
        ("GD.maint.duty", "GD.maint.duty.*", True),
        ("GD.maint.duty", "GD.maint", True),
        ("GD.maint.lead", "GD.maint", False),
        ("GD.maint.duty", "*.*", True),
        ("GD.crc.duty", "sales", False),  # as a diagram for another engine names its groups
    ],
)
def test_a_pattern_means_a_group_part_by_part(group: str, pattern: str, is_meant: bool) -> None:
    assert any_matches([group], [pattern]) is is_meant
    assert (pattern in meant(frozenset({group}))) is is_meant, "what is searched for by SQL"


def test_no_groups_match_nothing() -> None:
    assert not any_matches([], ["*.*.*"])
    assert not any_matches(["GD.crc.duty"], [])


def test_a_group_names_its_unit() -> None:
    assert unit_of("GD-GZ.crc.duty") == "GD-GZ"

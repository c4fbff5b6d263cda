"""Entity tags (RFC 9110 sections 8.8.3 and 13.1)."""

import pytest

from impl.core.etags import ANY, Versions, etag, if_match, unchanged


def test_a_tag_is_the_quoted_version() -> None:
    assert etag(3) == '"3"'


@pytest.mark.parametrize("header", [None, "*", " * "])
def test_without_a_condition_and_with_a_star_any_version_may_change(header: str | None) -> None:
    assert if_match(header) == ANY
    assert if_match(header).allow(7)


@pytest.mark.parametrize(
    ("header", "numbers"),
    [
        ('"1"', {1}),
        ('"1", "2"', {1, 2}),
        ('"1","1"\t,"3"', {1, 3}),
        (',, "5" ,', {5}),
        ('"a,b", "7"', {7}),
        ('W/"1", "2"', {2}),
        ('"999999999999999999"', {999999999999999999}),
    ],
)
def test_if_match_allows_the_strong_tags_it_lists(header: str, numbers: set[int]) -> None:
    assert if_match(header) == Versions(frozenset(numbers))


@pytest.mark.parametrize(
    "header",
    [
        'W/"1"',
        'w/"1"',
        '"01"',
        '"0"',
        '"-1"',
        '"+1"',
        '" 1"',
        '"\u0661"',
        '"1e0"',
        '"9999999999999999999"',
        '"' + "9" * 5000 + '"',
        '""',
        "1",
        '"1',
        '"1" "2"',
        '"1";"2"',
        '*, "1"',
        "",
        ",",
        '"1"\n',
        '"1\x00"',
    ],
)
def test_if_match_allows_nothing_by_tags_that_are_weak_or_not_ours_or_malformed(
    header: str,
) -> None:
    assert if_match(header) == Versions(frozenset())
    assert not if_match(header).allow(1)


@pytest.mark.parametrize("header", ['"3"', 'W/"3"', '"1", W/"3"', "*", ' , "3"'])
def test_if_none_match_compares_weakly(header: str) -> None:
    assert unchanged(header, 3)


@pytest.mark.parametrize("header", [None, '"4"', 'W/"4"', '"03"', '"3', "3", '"3" "4"', ""])
def test_if_none_match_finds_a_change_where_no_tag_is_the_same(header: str | None) -> None:
    assert not unchanged(header, 3)


def test_a_tag_matches_itself() -> None:
    assert if_match(etag(12)).allow(12)
    assert unchanged(etag(12), 12)

"""The grammar of `where`: what each text means, and what is said of a text that means nothing."""

import pytest
from hypothesis import given, strategies as st

from cofactor.errors import BadOption
from cofactor.filtering.conditions import And, Comparison, Has, Not, OneOf, Or, attributes_in
from cofactor.filtering.parsing import parse_condition

A, B, C = (Comparison(name, "=", 1) for name in "abc")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("year >= 1990", Comparison("year", ">=", 1990)),
        ("year==1990", Comparison("year", "=", 1990)),
        ("price < -.5e1", Comparison("price", "<", -5.0)),
        ("price != +2.50", Comparison("price", "!=", 2.5)),
        ("studio = 'A ''B'' C'", Comparison("studio", "=", "A 'B' C")),
        ('studio = "It\'s"', Comparison("studio", "=", "It's")),
        ("is_new = TRUE", Comparison("is_new", "=", True)),
        ("genres has 'Comedy'", Has("genres", "Comedy")),
        ("genres NOT has 'Comedy'", Not(Has("genres", "Comedy"))),
        ("year in (1990, 1991)", OneOf("year", (1990, 1991))),
        ("year not in (1990)", Not(OneOf("year", (1990,)))),
        ("`release date` > '1999-12-31'", Comparison("release date", ">", "1999-12-31")),
        ("`in` = 1", Comparison("in", "=", 1)),
        ("a=1 or b=1 and c=1", Or((A, And((B, C))))),
        ("(a=1 or b=1) and c=1", And((Or((A, B)), C))),
        ("not a=1 and b=1", And((Not(A), B))),
        ("not (a=1 and b=1)", Not(And((A, B)))),
        ("not not a=1", Not(Not(A))),
        ("a=1 and b=1 and c=1", And((A, B, C))),
        ("\n année = 1 ", Comparison("année", "=", 1)),
    ],
)
def test_a_text_is_the_tree_that_it_means(text, meant):
    assert parse_condition(text) == meant


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "from character 1 on: an attribute of the items was expected, but it ends there"),
        ("year", "from character 5 on: a comparison .* was expected, but it ends there"),
        ("year >=", "from character 8 on: a number, a text in quotes, true or false was expected"),
        ("year >= nineteen", "from character 9 on: a number, .* but 'nineteen' came"),
        ("genres has Comedy", "from character 12 on: a text in quotes was expected, but 'Comedy' came"),
        ("year = 1 genres has 'x'", "from character 10 on: 'and', 'or' or the end was expected, but .genres has"),
        ("year in 1990", r"from character 9 on: '\(' and the values was expected"),
        ("year in (1990", r"from character 14 on: ',' or '\)' was expected"),
        ("(year = 1", r"from character 10 on: '\)' was expected"),
        ("year not = 1", "'has' or 'in' was expected"),
        ("year = 1; import os", "from character 9 on: an attribute, a value or a sign was expected, but '; import os'"),
        ("__import__('os')", "a comparison .* was expected, but"),
        ("name = 'open", 'an attribute, a value or a sign was expected, but "\'open" came'),
        ("year = 1e999", "a finite number was expected"),
        ("1990 <= year", "an attribute of the items was expected, but '1990 <= year' came"),
        ("not " * 60 + "a=1", "more than 50 parentheses deep"),
        ("(" * 60 + "a=1" + ")" * 60, "more than 50 parentheses deep"),
        ("a=1 or " * 3000 + "a=1", "where has 21,003 characters. Give at most 10,000"),
    ],
)
def test_a_text_without_meaning_is_refused_at_its_place(text, message):
    with pytest.raises(BadOption, match=message):
        parse_condition(text)


PIECES = [
    "a",
    "b",
    "1",
    ".",
    "'x'",
    "'",
    '"',
    "`",
    "=",
    "<",
    ">",
    "!",
    "(",
    ")",
    ",",
    " ",
    "and ",
    "or ",
    "not ",
    "has ",
    "in ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_text_is_a_condition_or_refused_in_our_words(text):
    try:
        found = parse_condition(text)
    except BadOption:
        return
    assert attributes_in(found)

"""Lights: green needs the whole interval, and what was not measured is never green."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, strategies as st

from cofactor.card.finding import Finding
from cofactor.card.lights import Threshold, checked_threshold, light_of
from cofactor.errors import BadOption

NAN = float("nan")
HIGH, LOW = Threshold(green=0.8, red=0.5), Threshold(green=0.2, red=0.6)  # high values are good, low values are good


@pytest.mark.parametrize(
    ("interval", "threshold", "light"),
    [
        ((0.9, 0.8, 1.0), HIGH, "green"),
        ((0.9, 0.79, 1.0), HIGH, "amber"),  # the value is past the threshold, its interval is not
        ((0.49, 0.3, 0.9), HIGH, "red"),
        ((0.5, 0.3, 0.9), HIGH, "amber"),
        ((0.1, 0.0, 0.2), LOW, "green"),
        ((0.1, 0.0, 0.21), LOW, "amber"),
        ((0.61, 0.0, 0.7), LOW, "red"),
        ((0.9, NAN, NAN), HIGH, "amber"),  # how sure it is nobody knows
        ((NAN, NAN, NAN), HIGH, "grey"),
        ((0.9, 0.8, 1.0), None, "none"),
    ],
)
def test_the_light_of_an_interval(interval, threshold, light):
    assert light_of(*interval, threshold) == light


NUMBERS = st.floats(0, 1) | st.just(NAN)


@given(st.tuples(NUMBERS, NUMBERS, NUMBERS), st.sampled_from([HIGH, LOW, None]))
def test_green_is_never_given_in_doubt(interval, threshold):
    value, low, high = interval
    if light_of(value, low, high, threshold) == "green":
        worst = low if threshold.higher_is_better else -high
        assert worst >= (threshold.green if threshold.higher_is_better else -threshold.green)
        assert value == value


def good(**changes) -> Finding:
    whole = Finding(
        name="coverage", title="Catalogue shown", sentence="Much is shown.", value=0.9, low=0.85, high=0.95, unit="%",
        threshold=HIGH, fingerprint="a",
    )  # fmt: skip
    return replace(whole, **changes)


def test_a_finding_is_green_only_if_its_guards_are():
    guard = good(title="Lists are liked")
    assert good().held_to([guard]).light == "green"
    for bad in (replace(guard, low=0.1), replace(guard, value=NAN), replace(guard, earlier=True)):
        held = good().held_to([guard, bad])
        assert (held.light, held.note) == ("amber", "Held back: not good unless this is, too: Lists are liked.")


def test_guards_never_better_a_light():
    for value, guard in product((0.1, 0.6), (0.1, 0.6, 0.9)):
        alone = good(value=value, low=value, high=value)
        assert alone.held_to([good(value=guard, low=guard, high=guard)]).light == alone.light


def test_a_finding_of_an_earlier_model_is_grey_and_keeps_its_value():
    assert good().on_model("a").light == "green"
    other = good().on_model("b")
    assert (other.light, other.note, other.value_text) == (
        "grey", "Measured on an earlier model.", "90.0 % (85.0 to 95.0)",
    )  # fmt: skip
    assert other.on_model("a").light == "green"


def test_what_was_not_measured_is_grey_whatever_the_model():
    nothing = Finding(name="x", title="X", sentence="", threshold=HIGH)
    assert (nothing.light, nothing.value_text, nothing.on_model("b").note) == ("grey", "not measured", "")


@pytest.mark.parametrize("wrong", [Threshold(1, 1), Threshold(NAN, 1), Threshold(0, float("inf"))])
def test_a_threshold_has_two_different_numbers(wrong):
    with pytest.raises(BadOption, match="'coverage' has two different numbers"):
        checked_threshold("coverage", wrong)


def test_a_threshold_says_its_sides():
    assert str(Threshold(0.9, 0.5, "%")) == "good: 90 % or more; problem: below 50 %"
    assert str(Threshold(0.2, 0.6)) == "good: 0.2 or less; problem: above 0.6"

"""The text of a condition, parsed by recursive descent into the nodes of `conditions.py`.

    condition   = conjunction { "or" conjunction }
    conjunction = negation { "and" negation }
    negation    = "not" negation  |  "(" condition ")"  |  comparison
    comparison  = attribute ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value
                | attribute [ "not" ] "has" text
                | attribute [ "not" ] "in" "(" value { "," value } ")"
    value       = number  |  text  |  "true"  |  "false"
    attribute   = a word, or anything between backticks        text = between ' or ", which is doubled within

Words of the grammar may be written in capitals; `==` is `=`.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import cast

from cofactor.errors import BadOption
from cofactor.filtering.conditions import And, Comparison, Condition, Has, Not, OneOf, Operator, Or, Value
from cofactor.filtering.tokens import Token, condition_error, tokens_of

__all__ = ["parse_condition"]

OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
DEEPEST = 50  # parentheses and negations within each other


@lru_cache(maxsize=256)
def parse_condition(text: str) -> Condition:
    """The condition that a text states. Raises `BadOption`, which names the place, where the grammar has no such text.

    >>> parse_condition("year >= 1990 and genres has 'Comedy'")
    And(parts=(Comparison(attribute='year', operator='>=', value=1990), Has(attribute='genres', word='Comedy')))
    """
    return _Parser(text).whole()


class _Parser:
    """The tokens of a text, and how many of them were read."""

    def __init__(self, text: str) -> None:
        self._text, self._tokens, self._at, self._depth = text, list(tokens_of(text)), 0, 0

    def whole(self) -> Condition:
        condition = self._condition()
        self._expect("end", "'and', 'or' or the end")
        return condition

    # ---- the grammar ---------------------------------------------------------------------------------------

    def _condition(self) -> Condition:
        parts = self._joined_by("or", self._conjunction)
        return parts[0] if len(parts) == 1 else Or(parts)

    def _conjunction(self) -> Condition:
        parts = self._joined_by("and", self._negation)
        return parts[0] if len(parts) == 1 else And(parts)

    def _negation(self) -> Condition:
        if self._next.kind not in ("not", "("):
            return self._comparison()
        self._depth += 1
        if self._depth > DEEPEST:
            raise BadOption(f"where goes more than {DEEPEST} parentheses deep. Write it with fewer.")
        if self._take("not"):
            inner: Condition = Not(self._negation())
        else:
            self._expect("(", "'('")
            inner = self._condition()
            self._expect(")", "')'")
        self._depth -= 1
        return inner

    def _comparison(self) -> Condition:
        attribute = self._expect("name", "an attribute of the items").value
        if self._next.kind in OPERATORS:
            operator = cast(Operator, self._read().kind)
            return Comparison(attribute, operator, self._value())
        negated = self._take("not")
        if self._take("has"):
            found: Condition = Has(attribute, self._expect("text", "a text in quotes").value)
        else:
            self._expect("in", "'has' or 'in'" if negated else "a comparison (=, !=, <, <=, >, >=, has, in)")
            found = OneOf(attribute, self._values())
        return Not(found) if negated else found

    def _values(self) -> tuple[Value, ...]:
        self._expect("(", "'(' and the values")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._expect(")", "',' or ')'")
        return tuple(values)

    def _value(self) -> Value:
        if self._next.kind not in ("number", "text", "true", "false"):
            raise self._error("a number, a text in quotes, true or false")
        token = self._read()
        if token.kind == "number":
            return _number(token, self._text)
        return token.value if token.kind == "text" else token.kind == "true"

    # ---- tokens --------------------------------------------------------------------------------------------

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _read(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, kind: str) -> bool:
        """Whether the next token is of this kind; it is then read."""
        found = self._next.kind == kind
        self._at += found
        return found

    def _expect(self, kind: str, expected: str) -> Token:
        if self._next.kind != kind:
            raise self._error(expected)
        return self._read()

    def _joined_by(self, word: str, part: Callable[[], Condition]) -> tuple[Condition, ...]:
        parts = [part()]
        while self._take(word):
            parts.append(part())
        return tuple(parts)

    def _error(self, expected: str) -> BadOption:
        return condition_error(self._text, self._next.at, expected)


def _number(token: Token, text: str) -> int | float:
    """A whole number where it is written as one; raises `BadOption` for one beyond all floats."""
    number = float(token.value)
    if not math.isfinite(number):
        raise condition_error(text, token.at, "a finite number")
    return int(token.value) if token.value.lstrip("+-").isdecimal() else number

"""Every public name says what it returns or does, and which of our errors it raises.

What was missing when this began stands in `docstrings_missing.txt`, a list that only gets shorter: something new that
is missing fails, and so does a line that is no longer needed. `python -m tools.docstrings` shows what is missing where.
"""

from textwrap import dedent

import pytest

from tools.docstrings import kept, missing, sources

ERRORS = """
    class CofactorError(Exception): ...
    class BadOption(CofactorError, ValueError): ...
    class Odd(BadOption): ...
"""


def found(source: str, path: str = "data/ids.py", **more: str) -> list[str]:
    """What is missing in a package of this one file, `errors.py` and more."""
    texts = {"errors.py": ERRORS, path: source} | {f"{name}.py": text for name, text in more.items()}
    every = missing({name: dedent(text) for name, text in texts.items()})
    return [f"{one.name}: {one.what}" for one in every if one.file != "errors.py"]


@pytest.fixture(scope="module")
def of_the_package():
    return missing(sources())


def test_nothing_new_is_missing(of_the_package):
    known = kept()
    new = [str(one) for one in of_the_package if one.key not in known]
    print(f"{len(of_the_package)} times something is missing; {len(known)} times it may")
    assert not new, "\n".join(["These docstrings lack something:", *new])


def test_nothing_may_be_missing_that_is_not(of_the_package):
    gone = sorted(kept() - {one.key for one in of_the_package})
    advice = "These lines are no longer needed; `python -m tools.docstrings --keep` takes them out:"
    assert not gone, "\n".join([advice, *gone])


UNSAID = {
    "def count(): ...": "count: no docstring",
    "def count():\n    ' '": "count: no docstring",
    "async def count(): ...": "count: no docstring",
    "class Box: ...": "Box: no docstring",
    "class Box:\n    'A box.'\n    def open(self): ...": "Box.open: no docstring",
    "class Box:\n    'A box.'\n    @property\n    def size(self): ...": "Box.size: no docstring",
    "def count():\n    'What there is.'": "count: its first sentence begins with neither a result nor a deed",
    "def count():\n    'Of a box, how many.'": "count: its first sentence begins with neither a result nor a deed",
}


@pytest.mark.parametrize(("planted", "says"), UNSAID.items())
def test_a_planted_fault_is_found(planted, says):
    assert found(planted) == [says]


RAISED = {
    "BadOption": "raise BadOption('n')",
    "Odd": "raise Odd('n') from None",
    "Odd, without a message": "raise Odd",
    "BadOption, by a check": "_check(n)",
    "BadOption, by a check of another file": "check_range(n)",
    "Odd, made by a function": "raise _odd(n)",
}
FUNCTION = """
    from cofactor.errors import BadOption, Odd
    from cofactor.ranges import check_range

    def count(n):
        '''The number.{more}'''
        if n < 0:
            {raises}

    def _check(n):
        raise BadOption('n')

    def _odd(n) -> Odd: ...
"""
RANGES = """
    from cofactor.errors import BadOption

    def check_range(n):
        '''Raise `BadOption` below 0.'''
        raise BadOption('n')
"""
METHOD = """
    from cofactor.errors import BadOption

    class Box:
        '''A box.'''

        def {name}(self):
            '''Make it ready.'''
            self._check()

        def _check(self):
            raise BadOption('n')
"""


@pytest.mark.parametrize("error", RAISED)
def test_an_error_that_is_raised_in_silence_is_found(error):
    silent = FUNCTION.format(raises=RAISED[error], more="")
    assert found(silent, ranges=RANGES) == [f"count: does not say that it raises {error.partition(',')[0]}"]


@pytest.mark.parametrize("error", RAISED)
def test_an_error_that_is_told_is_fine(error):
    told = FUNCTION.format(raises=RAISED[error], more=f" Raises `{error.partition(',')[0]}` below 0.")
    assert found(told, ranges=RANGES) == []


@pytest.mark.parametrize(("method", "name"), [("fit", "Box.fit"), ("__post_init__", "Box"), ("__init__", "Box")])
def test_what_a_method_or_a_constructor_raises_is_asked_for(method, name):
    assert found(METHOD.format(name=method)) == [f"{name}: does not say that it raises BadOption"]


@pytest.mark.parametrize(
    "sound",
    [
        "def count():\n    'The number of ids.'",
        "def count():\n    '(n,) the number of each id.'",
        "def _count(): ...",
        "class _Box:\n    def open(self): ...",
        "class Box:\n    'A box.'\n    def __len__(self): ...\n    def _open(self): ...",
        FUNCTION.format(raises="raise ValueError('n')", more=""),
        FUNCTION.format(raises="help(n)", more=""),
        "from typing import overload\n@overload\ndef count(n: int): ...\ndef count(n):\n    'The number.'",
    ],
)
def test_what_is_sound_or_private_is_not_named(sound):
    assert found(sound, ranges=RANGES) == []


def test_what_a_base_of_another_file_says_need_not_be_said_again():
    box = "class Box:\n    'A box.'\n    def open(self):\n        'Open it.'"
    tin = "from cofactor.box import Box\nclass Tin(Box):\n    'A tin.'\n    def open(self): ..."
    assert found(tin, box=box) == []


def test_a_private_file_is_not_looked_at():
    assert found("def count(): ...", path="data/_ids.py") == []


def test_a_line_number_is_told_but_not_kept():
    (one,) = missing({"ids.py": "\n\ndef count(): ..."})
    assert str(one) == "src/cofactor/ids.py:3 count: no docstring"
    assert one.key == "ids.py count: no docstring"

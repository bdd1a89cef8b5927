"""A number in another form than its shortest is noticed: read as a number, it could not be told from that."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from cofactor.kernels.ids.written_numbers import holds_other_forms


def is_found(text, separator=",", quote='"'):
    return holds_other_forms(np.frombuffer(text.encode(), np.uint8), ord(separator), ord(quote))


@pytest.mark.parametrize("text", ["1,2\n0,-3", "0,0.5\n", "10,1\r\n,2\n", "u7,1\n", '"5",1', "1\t\t2", "", "0"])
def test_shortest_forms_are_none(text):
    assert not is_found(text, "\t" if "\t" in text else ",")


@pytest.mark.parametrize("field", ["007", "00", "-07", "-0", "+7", " 7", "\t7", "\r7", '"07"'])
@pytest.mark.parametrize("text", ["{},1\n", "1,{}\n", "1,2\n{},3\n"])
def test_all_others_are_found_wherever_a_field_begins(field, text):
    assert is_found(text.format(field))


@given(st.lists(st.from_regex(r"\A[+ ]?-?[0-9]{1,3}\Z"), min_size=1))
def test_where_none_is_found_each_field_is_what_its_number_is_written_as(fields):
    if not is_found(",".join(fields) + "\n"):
        assert fields == [str(int(field)) for field in fields]

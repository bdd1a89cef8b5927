"""The socket on which the explorer answers."""

import socket

import pytest

from cofactor.errors import BadOption
from cofactor.serving.serve import listening_socket


def test_the_end_of_an_answer_does_not_wait_for_the_client():
    """Left to Nagle's algorithm, the last packet of each answer on an open connection comes 40 ms late."""
    with listening_socket("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        connection, _ = listening.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_that_is_taken_is_said():
    with listening_socket("127.0.0.1", 0) as first, pytest.raises(BadOption, match=r"Give another --port"):
        listening_socket(*first.getsockname())

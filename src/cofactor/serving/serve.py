"""A server on one address: bound before it says where it is, so that a taken port is an error that says so."""

import socket
from collections.abc import Callable

import uvicorn

from cofactor.errors import BadOption
from cofactor.serving.guard import App

__all__ = ["listening_socket", "serve"]


def serve(app: App, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Answer until ctrl-C. port: 0 for any free one     announce: is told the address, before the first answer

    Raises `BadOption` where the address cannot be had.
    """
    with listening_socket(host, port) as listening:
        name = f"[{host}]" if ":" in host else host
        announce(f"http://{name}:{listening.getsockname()[1]}/")
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", server_header=False))  # pyright: ignore[reportArgumentType]
        server.run(sockets=[listening])


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that listens there, whose connections send at once what they are given. Raises `BadOption`."""
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        # asyncio does not know these sockets as TCP, so that the second packet of an answer would wait for the client
        # to say that it has the first: 40 ms
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise BadOption(
            f"{host}:{port} cannot be used: {why}. Give another --port; 0 takes any that is free."
        ) from None

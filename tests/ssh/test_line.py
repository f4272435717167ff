"""The line that the other tests put between client and server does what they count on."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.line import Line


@contextmanager
def echo() -> Iterator[int]:
    """A server that sends back what it gets; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                try:
                    while data := connection.recv(4096):
                        connection.sendall(data)
                except ConnectionResetError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)
        assert not thread.is_alive()


def test_bytes_arrive_in_order_and_are_counted() -> None:
    sent = bytes(range(256)) * 300
    with echo() as port, Line(port) as line, socket.create_connection(("127.0.0.1", line.port), 10) as near:
        threading.Thread(target=near.sendall, args=(sent,)).start()
        came = b""
        while len(came) < len(sent):
            came += near.recv(65536)
        assert came == sent
        assert (line.there.bytes, line.back.bytes) == (len(sent), len(sent))
        near.shutdown(socket.SHUT_WR)
        assert near.recv(1) == b""


def test_a_byte_is_under_way_and_many_take_their_time() -> None:
    with (
        echo() as port,
        Line(port, rate=10_000, delay=0.1) as line,
        socket.create_connection(("127.0.0.1", line.port), 10) as near,
    ):
        begun = time.monotonic()
        near.sendall(b"x")
        assert near.recv(1) == b"x"
        assert time.monotonic() - begun >= 0.2
        begun = time.monotonic()
        near.sendall(bytes(5000))
        left = 5000
        while left:
            left -= len(near.recv(left))
        assert time.monotonic() - begun >= 0.7


def test_a_cut_is_seen_at_once_on_both_sides() -> None:
    # The other side has to end too: `echo` waits for that.
    with (
        echo() as port,
        Line(port, delay=5.0) as line,
        socket.create_connection(("127.0.0.1", line.port), 10) as near,
    ):
        near.sendall(b"lost")
        while line.there.bytes < 4:
            time.sleep(0.01)
        line.cut()
        with pytest.raises(ConnectionResetError):
            near.recv(1)

"""Refuses every socket of the internet, loopback too, and writes down that one was wanted.

Python loads this by its name into every process that has the folder on its path, the worker too; `SOCKETS_WANTED` names
the file.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any


def refuse_sockets(event: str, details: tuple[Any, ...]) -> None:
    """An audit hook that raises where a socket of the internet is made, or a name is looked up."""
    made = event == "socket.__new__" and details[1] in (socket.AF_INET, socket.AF_INET6)
    if made or event in ("socket.getaddrinfo", "socket.gethostbyname"):
        with open(os.environ["SOCKETS_WANTED"], "a", encoding="utf-8") as file:
            file.write(f"{os.getpid()} {event} {details[1:]}\n")
        raise AssertionError(f"a socket of the internet is wanted: {event}")


sys.addaudithook(refuse_sockets)

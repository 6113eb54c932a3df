#!/usr/bin/env python3
"""Measures a link between two hosts: the shortest echo in seconds, and bits a second.

link_probe.py serve                 on one host
link_probe.py measure HOST          on the other; prints the two figures
"""

import socket
import sys
import time

PORT = 5201
ECHOES = 20
BYTES = 10_000_000


def serve():
    with socket.create_server(("0.0.0.0", PORT)) as server:
        connection, _ = server.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(ECHOES):
            connection.sendall(connection.recv(1))
        received = 0
        while received < BYTES:
            received += len(connection.recv(1 << 20)) or BYTES
        connection.sendall(b"!")


def connect(host):
    for _ in range(100):
        try:
            return socket.create_connection((host, PORT), timeout=30)
        except OSError:
            time.sleep(0.1)
    sys.exit(f"no connection to {host}")


def measure(host):
    with connect(host) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        echoes = []
        for _ in range(ECHOES):
            start = time.monotonic()
            connection.sendall(b"?")
            connection.recv(1)
            echoes.append(time.monotonic() - start)
        start = time.monotonic()
        connection.sendall(bytes(BYTES))
        connection.recv(1)
        print(min(echoes), 8 * BYTES / (time.monotonic() - start))


if sys.argv[1:2] == ["serve"]:
    serve()
elif len(sys.argv) == 3 and sys.argv[1] == "measure":
    measure(sys.argv[2])
else:
    sys.exit(__doc__)

#!/usr/bin/python3
"""Serves port 7 (and DHCP's 67) on every address, says "hears", and hears all that is delivered.

usage: hear.py
Ended by SIGTERM, it prints how many packets of frames.py's senders came: a line for each of IPv4 and
IPv6 and each protocol.
"""
import collections
import select
import signal
import socket
import sys

SENDERS = ("192.168.1.66", "0.0.0.0", "fd00::66")
HEARD = {
    (socket.AF_INET, socket.IPPROTO_ICMP): "icmp",
    (socket.AF_INET, socket.IPPROTO_TCP): "tcp",
    (socket.AF_INET, socket.IPPROTO_UDP): "udp",
    (socket.AF_INET6, socket.IPPROTO_ICMPV6): "icmp6",
    (socket.AF_INET6, socket.IPPROTO_TCP): "tcp6",
    (socket.AF_INET6, socket.IPPROTO_UDP): "udp6",
}


def serve():
    """The servers; they are there to be answered for, and are never read."""
    for kind, ports in ((socket.SOCK_STREAM, (7,)), (socket.SOCK_DGRAM, (7, 67))):
        for port in ports:
            server = socket.socket(socket.AF_INET6, kind)
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            server.bind(("::", port))
            if kind == socket.SOCK_STREAM:
                server.listen()
            yield server


def end(*_):
    for name in HEARD.values():
        print(name, count[name])
    sys.stdout.flush()
    sys.exit()


count = collections.Counter()
servers = list(serve())
# A raw socket gets a copy of every packet of its protocol, before any server does.
names = {socket.socket(family, socket.SOCK_RAW, protocol): name for (family, protocol), name in HEARD.items()}
signal.signal(signal.SIGTERM, end)
print("hears", flush=True)
while True:
    for raw in select.select(list(names), [], [])[0]:
        count[names[raw]] += raw.recvfrom(2048)[1][0] in SENDERS

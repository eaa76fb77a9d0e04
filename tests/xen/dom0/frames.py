#!/usr/bin/python3
"""The ways in that a guest may try: a frame a line, for send_frames.

usage: frames.py MAC TAG ADDRESS...
  MAC      of the sender
  TAG      a VLAN ID
  ADDRESS  of dom0, IPv4 or IPv6

Every address, and the ones for all, is sent an ARP request or a neighbour solicitation, a ping, a
datagram and a connection's first segment to port 7, and for IPv4 a DHCP request; each to every MAC
of dom0's links (what they are is read here), to all, to the multicast group of the address, and to
the groups that a bridge keeps for itself (01-80-c2-00-00-0x, IEEE 802.1Q table 8-1; one of each kind
that Linux knows); untagged, with a priority tag, and with the tag. An empty line ends them.
"""
import ipaddress
import pathlib
import struct
import sys

PORT = 7
SENDER = {4: ipaddress.ip_address("192.168.1.66"), 6: ipaddress.ip_address("fd00::66")}
ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def summed(payload, offset, pseudo=b""):
    """The payload with its checksum at the offset."""
    return payload[:offset] + struct.pack("!H", checksum(pseudo + payload)) + payload[offset + 2:]


def packet(source, target, protocol, payload, offset):
    """An IP packet; its payload has a checksum at the offset."""
    pseudo = source.packed + target.packed + struct.pack("!II", len(payload), protocol)
    if source.version == 6:
        header = struct.pack("!IHBB", 6 << 28, len(payload), protocol, 255)
        return b"\x86\xdd" + header + source.packed + target.packed + summed(payload, offset, pseudo)
    if protocol == ICMP:
        pseudo = b""
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0)
    header = summed(header + source.packed + target.packed, 10)
    return b"\x08\x00" + header + summed(payload, offset, pseudo)


def datagram(source, target, source_port, port):
    return packet(source, target, UDP, struct.pack("!HHHH", source_port, port, 12, 0) + b"in? ", 6)


def segment(source, target):
    return packet(source, target, TCP, struct.pack("!HHIIBBHHH", 1025, PORT, 1, 0, 0x50, 2, 1024, 0, 0), 16)


def asks_and_pings(source, target, sender):
    """The two that differ between IPv4 and IPv6, and the DHCP request."""
    if source.version == 4:
        yield b"\x08\x06" + struct.pack("!HHBBH", 1, 0x800, 6, 4, 1) + sender + source.packed + bytes(6) + target.packed
        yield packet(source, target, ICMP, struct.pack("!BBHHH", 8, 0, 0, 1, 1), 2)
        yield datagram(ipaddress.ip_address("0.0.0.0"), target, 68, 67)
    else:
        solicitation = struct.pack("!BBHI", 135, 0, 0, 0) + target.packed + b"\x01\x01" + sender
        yield packet(source, target, ICMPV6, solicitation, 2)
        yield packet(source, target, ICMPV6, struct.pack("!BBHHH", 128, 0, 0, 1, 1), 2)


def packets(target, sender):
    source = SENDER[target.version]
    yield from asks_and_pings(source, target, sender)
    yield datagram(source, target, 1025, PORT)
    yield segment(source, target)


def solicited(address):
    """The group in which an IPv6 address is asked for (RFC 4291, 2.7.1)."""
    return ipaddress.IPv6Address(b"\xff\x02" + bytes(9) + b"\x01\xff" + address.packed[13:])


def group_mac(address):
    """The MAC of a multicast address (RFC 1112, 6.4; RFC 2464, 7), or of one for its host's group."""
    if address.version == 4:
        return b"\x01\x00\x5e" + bytes([address.packed[1] & 0x7F]) + address.packed[2:]
    return b"\x33\x33" + (address if address.is_multicast else solicited(address)).packed[12:]


def macs_of_links():
    return {mac(file.read_text().strip()) for file in pathlib.Path("/sys/class/net").glob("*/address")}


def targets(addresses):
    found = {ipaddress.ip_address(word) for word in addresses}
    found |= {solicited(address) for address in found if address.version == 6}
    for group in ("255.255.255.255", "192.168.1.255", "224.0.0.1", "ff02::1", "ff02::2"):
        found.add(ipaddress.ip_address(group))
    return found


def main():
    sender = mac(sys.argv[1])
    kept = {mac("01:80:c2:00:00:00")[:5] + bytes([last]) for last in (0, 1, 2, 3, 14)}
    tags = (b"", bytes.fromhex("8100e000"), struct.pack("!HH", 0x8100, int(sys.argv[2])))
    macs = macs_of_links() | kept | {b"\xff" * 6, mac("fe:ff:ff:ff:ff:ff")}
    for target in targets(sys.argv[3:]):
        for payload in packets(target, sender):
            for destination in macs | {group_mac(target)}:
                for tag in tags:
                    print((destination + sender + tag + payload).hex())
    print()


main()

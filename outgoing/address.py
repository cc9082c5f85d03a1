"""Which network addresses the console may call: the judgement, and the resolving before it.

A typed instance URL must not reach the host's own services, a cloud's metadata service, or an
internal network that the operator did not open. The policy is a value built from settings by the
caller; nothing here reads settings or opens a connection.

Source: none; there is no rule about Jira here.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outgoing.errors import AddressRefused, DnsFailed

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Sequence[str]]

# Metadata services that no other rule covers: they sit on addresses that look ordinary.
_METADATA = tuple(
    ipaddress.ip_network(text)
    for text in (
        "169.254.0.0/16",
        "168.63.129.16/32",
        "100.100.100.200/32",
        "192.0.0.192/32",
        "fd00:ec2::/32",
        "fd20:ce::254/128",
    )
)
_NEVER = tuple(
    ipaddress.ip_network(text) for text in ("0.0.0.0/8", "240.0.0.0/4", "::/128", "fec0::/10")
)
# IPv6 forms that carry an IPv4 address: judged as the address that they reach.
_EMBEDDING = (
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),
    (ipaddress.IPv6Network("64:ff9b:1::/48"), 0),
    (ipaddress.IPv6Network("2002::/16"), 80),
    (ipaddress.IPv6Network("::/96"), 0),
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0),
)


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Which network addresses may be called besides public ones.

    allow: networks that the operator opened. loopback, private: whole classes, for demo and
    tests. closed: (address, port) pairs never to be called, such as our own database and broker.
    """

    allow: tuple[IPNetwork, ...] = ()
    loopback: bool = False
    private: bool = False
    closed: tuple[tuple[str, int], ...] = ()

    def judge(self, ip: str | IPAddress, port: int | None = None) -> None:
        """Judges one address and its port. Raises AddressRefused unless it may be called."""
        address = _parse(ip)
        inner = _embedded(address)
        if inner is not None:
            self._judge_one(inner, port)
            if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
                return
        if inner is None or not address.is_global:
            self._judge_one(address, port, embedding=inner is not None)

    def _judge_one(self, address: IPAddress, port: int | None, embedding: bool = False) -> None:
        if port is not None and self._is_closed(address, port):
            raise _refused(address, "belongs to the console's own services")
        if _is_never(address) and not embedding:
            raise _refused(address, "is link-local, metadata, multicast or unspecified")
        if any(address in network for network in self.allow if network.version == address.version):
            return
        if address.is_loopback:
            if not self.loopback:
                raise _refused(address, "is this computer itself")
        elif not address.is_global and not (self.private or embedding):
            raise _refused(address, "is in a private network that is not on the allow list")

    def _is_closed(self, address: IPAddress, port: int) -> bool:
        return any(port == shut and address == _parse(host) for host, shut in self.closed)


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host, in the system's order. Raises DnsFailed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise DnsFailed(
            f"The name {host} has no address. Check its spelling, and that this server's DNS "
            "knows it.",
            seen={"host": host},
        ) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def judged_addresses(
    host: str, port: int, policy: AddressPolicy, resolver: Resolver = resolve
) -> list[str]:
    """The addresses of a host, every one of them judged. Raises DnsFailed, AddressRefused.

    One refused address refuses the host: a name that mixes public and internal addresses is how
    rebinding begins.
    """
    try:
        addresses = [str(_parse(host))]
    except AddressRefused:
        addresses = list(resolver(host, port))
    if not addresses:
        raise DnsFailed(f"The name {host} has no address.", seen={"host": host})
    for address in addresses:
        try:
            policy.judge(address, port)
        except AddressRefused as refused:
            refused.seen["host"] = host
            raise
    return addresses


def _parse(ip: str | IPAddress) -> IPAddress:
    if not isinstance(ip, str):
        return ip
    try:
        # A scope ("%eth0") would make the address link-local by another route.
        return ipaddress.ip_address(ip.strip("[]").partition("%")[0])
    except ValueError as error:
        raise AddressRefused(f"{ip[:80]!r} is no network address.") from error


def _embedded(address: IPAddress) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.teredo is not None:
        return address.teredo[1]
    if int(address) <= 1:  # "::" and "::1" embed nothing
        return None
    for network, shift in _EMBEDDING:
        if address in network:
            return ipaddress.IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
    return None


def _is_never(address: IPAddress) -> bool:
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return True
    return any(
        address in network
        for network in (*_METADATA, *_NEVER)
        if network.version == address.version
    )


def _refused(address: IPAddress, why: str) -> AddressRefused:
    return AddressRefused(
        f"The console may not call {address}: it {why}. If that is where it should call, the "
        "operator of the console can open the network (see the configuration of allowed networks).",
        seen={"address": str(address)},
    )

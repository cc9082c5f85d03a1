"""The address policy: what is never called, what only by permission, and what rebinding gains."""

import ipaddress

import pytest

from outgoing.address import AddressPolicy, judged_addresses
from outgoing.errors import AddressRefused, DnsFailed
from outgoing.wire import WireRequest
from tests.outgoing.servers import always, channel_to, http, raw

OPEN = AddressPolicy(loopback=True, private=True, allow=(ipaddress.ip_network("0.0.0.0/0"),))
STRICT = AddressPolicy()

NEVER = [
    "169.254.169.254",
    "169.254.0.1",
    "168.63.129.16",
    "100.100.100.200",
    "0.0.0.0",  # noqa: S104 - an address to refuse, not to bind
    "0.1.2.3",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "::169.254.169.254",
]
INTERNAL = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "fc00::1",
    "127.0.0.1",
    "127.8.8.8",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "2002:a00:1::",
]


@pytest.mark.parametrize("address", NEVER)
def test_never_whatever_the_policy(address: str) -> None:
    with pytest.raises(AddressRefused):
        OPEN.judge(address)


@pytest.mark.parametrize("address", INTERNAL)
def test_internal_addresses_need_permission(address: str) -> None:
    with pytest.raises(AddressRefused):
        STRICT.judge(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_called(address: str) -> None:
    STRICT.judge(address)


def test_the_allow_list_opens_its_networks_only() -> None:
    policy = AddressPolicy(allow=(ipaddress.ip_network("10.1.0.0/16"),))
    policy.judge("10.1.2.3")
    policy.judge("::ffff:10.1.2.3")
    for address in ("10.2.0.1", "127.0.0.1", "192.168.0.1"):
        with pytest.raises(AddressRefused):
            policy.judge(address)


def test_flags_open_their_class_only() -> None:
    AddressPolicy(loopback=True).judge("127.0.0.1")
    AddressPolicy(loopback=True).judge("::1")
    AddressPolicy(private=True).judge("10.0.0.1")
    with pytest.raises(AddressRefused):
        AddressPolicy(loopback=True).judge("10.0.0.1")
    with pytest.raises(AddressRefused):
        AddressPolicy(private=True).judge("127.0.0.1")


def test_our_own_services_are_closed_by_address_and_port() -> None:
    policy = AddressPolicy(loopback=True, closed=(("127.0.0.1", 5432),))
    policy.judge("127.0.0.1", 8080)
    for address in ("127.0.0.1", "::ffff:127.0.0.1"):
        with pytest.raises(AddressRefused):
            policy.judge(address, 5432)


def test_one_internal_address_among_public_ones_refuses_the_name() -> None:
    with pytest.raises(AddressRefused) as caught:
        judged_addresses("jira.test", 443, STRICT, lambda host, port: ["8.8.8.8", "10.0.0.1"])
    assert caught.value.seen["host"] == "jira.test"


def test_a_name_that_changes_its_address_is_judged_at_each_connection() -> None:
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    with raw(always(http(b"{}", Connection="close"))) as server:
        with channel_to(
            server.port, host="jira.test", resolver=lambda host, port: answers.pop(0)
        ) as channel:
            assert channel.send(WireRequest("GET", "/")).status == 200
            with pytest.raises(AddressRefused):
                channel.send(WireRequest("GET", "/"))
    assert server.connections == 1


def test_a_name_without_address() -> None:
    with pytest.raises(DnsFailed):
        judged_addresses("no-such-host.invalid", 443, STRICT)


@pytest.mark.parametrize("host", ["0x7f000001", "2130706433", "127.1", "017700000001"])
def test_odd_spellings_of_loopback_are_no_way_in(host: str) -> None:
    with pytest.raises((AddressRefused, DnsFailed)):
        judged_addresses(host, 80, STRICT)

"""Which addresses may be connected to."""

import threading

import httpcore2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.net.guard import Blocked, Guard, addresses_of

FORBIDDEN = [
    "0.0.0.1", "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "192.0.2.1",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "fe80::1",
    "fe80::1%eth0",
    "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "64:ff9b::7f00:1",
    "64:ff9b::a00:1", "64:ff9b:1::1", "2001:db8::1", "2001::1", "100::1", "3fff::1", "5f00::1",
    "::ffff:0:127.0.0.1", "4000::1", "9000::1",
    "", "localhost", "2130706433", "0x7f000001", "127.1", "0177.0.0.1",
]  # fmt: skip

PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_refuses(address: str) -> None:
    """Private, loopback, link-local, shared, metadata, reserved, and whatever carries one of these inside."""
    assert not Guard().permits(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_permits(address: str) -> None:
    """Public addresses are what a listener asks."""
    assert Guard().permits(address)


@given(st.ip_addresses(v=4))
def test_an_ipv6_wrapper_changes_nothing(address: object) -> None:
    """An IPv4 address is judged the same bare, mapped, or behind NAT64."""
    guard = Guard(["10.1.2.0/24"])
    bare = guard.permits(str(address))
    assert guard.permits(f"::ffff:{address}") == bare
    assert guard.permits(f"64:ff9b::{address}") == bare


def test_allow_opens_just_what_it_names() -> None:
    """``[net] allow`` opens a block and no neighbour."""
    guard = Guard(["127.0.0.1/32", "fd00:1::/32"])
    assert guard.permits("127.0.0.1")
    assert guard.permits("fd00:1::5")
    assert not guard.permits("127.0.0.2")
    assert not guard.permits("fd00:2::5")


def test_of_several_addresses_only_good_ones_are_kept() -> None:
    """A name with a public and a private address is asked at the public one."""
    assert Guard().choose("mixed.example", ["10.0.0.1", "93.184.216.34"]) == ["93.184.216.34"]


def test_a_name_with_no_good_address_is_blocked() -> None:
    """The message names the host and the way out."""
    with pytest.raises(Blocked, match=r"inner\.example.*\[net\] allow"):
        Guard().choose("inner.example", ["10.0.0.1"])


def test_a_slow_resolver_is_not_waited_for() -> None:
    """The system's resolver has no timeout; ours has."""
    forever = threading.Event()

    def slow(host: str, port: int) -> list[str]:
        forever.wait(5)
        return ["93.184.216.34"]

    with pytest.raises(httpcore2.ConnectTimeout):
        addresses_of(slow, "slow.example", 80, 0.05)
    forever.set()


def test_an_unknown_name_is_a_connection_error() -> None:
    """So that it becomes Unavailable like any other failure to connect."""

    def unknown(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(httpcore2.ConnectError):
        addresses_of(unknown, "nowhere.example", 80, 1.0)

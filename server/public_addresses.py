"""Whether an address on the network is a public one: what people give us must not reach into our own network."""

import ipaddress

NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""RFC 6052 and RFC 8215: the last 32 bits are the address of IPv4 that is reached."""
COMPATIBLE = ipaddress.ip_network("::/96")
"""RFC 4291, 2.5.5.1; `::` and `::1` among them."""
SITE_LOCAL = ipaddress.ip_network("fec0::/10")
"""RFC 3879: deprecated, and still routed inside some networks."""


def is_public(address: str) -> bool:
    """Of an address as written, without a scope; one of IPv4 inside IPv6 is judged as what it is. ValueError if it is
    no address."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        if found in SITE_LOCAL or found in COMPATIBLE or found.scope_id:
            return False
        inside = _inside(found)
        return all(_is_public(each) for each in inside) if inside else _is_public(found)
    return _is_public(found)


def _inside(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The addresses of IPv4 that one of IPv6 stands for."""
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if any(address in network for network in NAT64):
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    if address.sixtofour:
        return [address.sixtofour]
    return list(address.teredo or ())


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_global and not address.is_multicast

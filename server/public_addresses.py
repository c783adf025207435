"""Whether an address on the network is a public one: what people give us must not reach into our own network."""

import ipaddress


def is_public(address: str) -> bool:
    """Of an address as written; one of IPv4 inside IPv6 is judged as what it is."""
    found = ipaddress.ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_global)

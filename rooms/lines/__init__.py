"""The waiting line of a booth: places that are never lost, calls that ring, waits that are honest."""

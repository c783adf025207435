"""The demo: a believable fair on one machine, with simulated people who come through the front doors."""

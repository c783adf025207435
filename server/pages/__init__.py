"""The HTTP doors: know who asks, check the shape, call one command or query of rooms/, render."""

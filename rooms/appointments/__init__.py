"""Appointments: from what somebody's week looks like, to times, to a booking that nobody else can have."""

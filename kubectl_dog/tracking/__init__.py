"""Engine: items in, events and wants out; no I/O and no clock."""

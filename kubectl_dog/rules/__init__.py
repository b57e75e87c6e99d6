"""Where rules come from: files of the user, those that ship, and annotations' text."""

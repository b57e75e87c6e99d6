"""Load rules: files of the user, shipped rules, and annotations."""

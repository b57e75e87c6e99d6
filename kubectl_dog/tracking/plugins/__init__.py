"""Find, load, check and choose trackers and connections of packages."""

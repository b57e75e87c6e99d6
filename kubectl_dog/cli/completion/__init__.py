"""What the TAB key offers: by cobra's protocol, which kubectl's own completion speaks."""

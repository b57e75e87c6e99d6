"""Rules: data that describes when the objects of a kind are ready, failed or paused."""

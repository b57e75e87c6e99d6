"""Rules: data that says when the objects of a kind are ready, failed or paused."""

"""Schedule the evaluation of targets, and track groups of targets."""

"""The live source that the engine sees, with shared watches."""

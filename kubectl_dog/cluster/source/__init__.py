"""The live source of the engine, and shared watches."""

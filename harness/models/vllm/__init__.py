"""Models of vLLM's offline engine: their parameters, how they sample, the engine, and a session that asks it."""

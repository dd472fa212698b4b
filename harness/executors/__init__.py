"""Where independent work runs: in this process, or in several."""

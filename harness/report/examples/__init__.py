"""Examples in a terminal: articles with the evidence marked, references, and each headline with its account."""

"""The account of a claim: element by element, what the articles have of it."""

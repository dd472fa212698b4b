"""The entailment model that ships with the package: its tokenizer, its encoder, and what it says of a claim."""

"""Language models as checkers: behind a server, or by what they find likely."""

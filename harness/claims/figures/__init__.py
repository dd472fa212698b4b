"""Figures: what they are worth, what they measure, which question each answers."""

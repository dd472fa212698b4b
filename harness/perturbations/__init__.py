"""Perturbations of true headlines: planted errors, and harmless edits, that a checker must tell apart."""

"""Claims of texts: with offsets, quantities, names, who says it, and where independent articles disagree."""

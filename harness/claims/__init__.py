"""What texts say: claims with offsets, quantities, names, who says it, and where independent articles disagree."""

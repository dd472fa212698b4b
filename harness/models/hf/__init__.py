"""Models of the transformers library: their parameters, loading, writing alone and together."""

"""A run handed on to other programs: Parquet, CSV, a data set of Hugging Face."""

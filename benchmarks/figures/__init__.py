"""The figures, a module for each group; every module has a `FIGURES`."""

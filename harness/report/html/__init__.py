"""One HTML file about one run or several: the answer, charts, and examples with their evidence lit. Loads nothing."""

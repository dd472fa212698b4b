"""Files that other people wrote: opened, recognised and read within bounds, for every room that reads any."""

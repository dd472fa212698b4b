"""`harness view`: the pages of a report live over a results folder, by a server that only this machine reaches."""

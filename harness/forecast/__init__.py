"""What a run of any size will take, told from a small sample of it: time, memory, disk, tokens, money."""

"""Print sizes in bytes."""


def size(count: int) -> str:
    """Print bytes in the largest unit that leaves at least one before the point: `12 B`, `3.4 kB`, `1.2 GB`."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{count} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"

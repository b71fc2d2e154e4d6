"""The operating system: locks, scratch folders, whole files, limits and progress."""

"""Files: bytes become tables of text, whatever the format."""

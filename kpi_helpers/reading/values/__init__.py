"""Values: text becomes typed values, in the style of its column."""

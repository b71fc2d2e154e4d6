"""History: states of the pipeline over time, and what moved between two of them."""

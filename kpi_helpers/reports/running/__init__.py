"""Running: notebooks executed side by side, warm or cold, here or on a cluster."""

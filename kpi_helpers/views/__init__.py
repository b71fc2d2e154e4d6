"""Views: what a page needs, as values; a partner's, the programme's, and what all of a run
share."""

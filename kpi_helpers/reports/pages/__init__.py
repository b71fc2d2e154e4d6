"""Pages: what a run writes for people: reports, the index, data health, workbooks, PDFs."""

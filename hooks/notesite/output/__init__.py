"""What is written beside and instead of the hosted pages: files for machines, other generators, offline forms."""

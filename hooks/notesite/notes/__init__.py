"""From the bytes of a notes file to its headings, code blocks, pictures and links, each with its place."""

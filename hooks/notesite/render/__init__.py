"""From the plan to pages: each page's Markdown, and the parser bridge that makes MkDocs read it as GitHub does."""

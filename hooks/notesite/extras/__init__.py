"""What the site adds to the author's words; every element of it carries `data-added`."""

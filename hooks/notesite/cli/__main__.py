"""`python -m notesite.cli`: the program `notesite`, where it is not installed."""

from . import main

if __name__ == "__main__":
    main()

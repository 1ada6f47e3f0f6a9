"""`python -m forecasting` is the command `shelfcast`."""

from forecasting.cli import main

if __name__ == "__main__":
    main()

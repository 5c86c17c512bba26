#!/usr/bin/env python
"""Django's usual entry point, for a checkout with the environment active."""

from config.manage import main

if __name__ == "__main__":
    main()

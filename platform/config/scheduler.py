"""The clock of the periodic jobs: `python -m config.scheduler`."""

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

    from tenants.schedule import run_forever

    run_forever()

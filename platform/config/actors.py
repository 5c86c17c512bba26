"""Everything a worker can do. Importing this sets Django up and declares every task.

dramatiq imports it in the process that works. Django comes first: the broker is built while
settings load, and the task modules import models.
"""

import os

import django
from django.apps import apps
from django.utils.module_loading import autodiscover_modules

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if not apps.ready:
    django.setup()
autodiscover_modules("tasks")

"""How the web server runs, under `./run` and in a container. Gunicorn reads these names.

Synchronous workers with threads; `reuse_port` because without it one worker can take nearly all
kept-open connections while the other idles (0.5 of the throughput). No preload: the queue's
connection pool does not survive a fork. (Handbook, performance 8 and 9.)
"""

import os

bind = os.environ.get("QIAOJIA_BIND", "127.0.0.1:8000").split(",")
worker_class = "gthread"
workers = int(os.environ.get("QIAOJIA_WEB_WORKERS") or 2)
threads = 4
reuse_port = True
preload_app = False
graceful_timeout = 3
timeout = 60
keepalive = 5
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
control_socket_disable = True
# Requests are logged by our own middleware, which leaves personal data out.
accesslog = None
loglevel = "warning"

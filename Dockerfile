# One image for web, worker, provisioner, scheduler and the one-shot that migrates.
# It holds no secret and no configuration: everything comes from the environment.
FROM ghcr.io/astral-sh/uv:0.13.9 AS uv

FROM python:3.11-slim-bookworm AS packages
COPY --from=uv /uv /usr/local/bin/uv
WORKDIR /app
COPY pyproject.toml uv.lock ./
# Hashes are checked against the lock; the project itself is not built (see ./run).
RUN UV_PROJECT_ENVIRONMENT=/venv UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 \
    uv sync --frozen --no-dev --no-install-project --no-build --no-cache

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin qiaojia \
    && install -d -o qiaojia -g qiaojia -m 0700 /keys /files \
    && install -d -o qiaojia -g qiaojia /static
COPY --from=packages /venv /venv
WORKDIR /app
COPY platform platform
COPY tenants tenants
COPY crm crm
COPY frontend frontend
ENV PATH=/venv/bin:$PATH \
    PYTHONPATH=/app:/app/platform \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    QIAOJIA_KEY_DIR=/keys \
    QIAOJIA_FILES_DIR=/files \
    QIAOJIA_STATIC_ROOT=/static \
    QIAOJIA_BIND=0.0.0.0:8000
# The file names' hashes need settings, and settings need values; none of these stays in the image.
RUN DATABASE_URL=postgresql:///none QIAOJIA_SECRET_KEY=none \
    python -m config.manage collectstatic --no-input --verbosity 0
USER qiaojia
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-m", "config.probe"]
CMD ["gunicorn", "--config=python:config.gunicorn_conf", "config.wsgi:application"]

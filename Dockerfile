# The image of the site: web, worker, beat and migrations run from it (docker-compose.yml).
# REQUIREMENTS=pdf adds invoices as PDF.
FROM python:3.13-slim AS build
ARG REQUIREMENTS=base
COPY requirements/${REQUIREMENTS}.txt /requirements.txt
RUN python -m venv /venv \
    && /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --no-deps \
        --require-hashes --requirement /requirements.txt

FROM python:3.13-slim
ARG REQUIREMENTS=base
RUN test "$REQUIREMENTS" != pdf || { apt-get update -qq && apt-get install -y -qq --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core && rm -rf /var/lib/apt/lists/*; }
RUN useradd --uid 10001 --home-dir /app --no-create-home --shell /usr/sbin/nologin app \
    && install --directory --owner=app --group=app --mode=0700 /srv/files
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 ENV_FILE=/nonexistent MEDIA_ROOT=/srv/files
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
# Static files do not depend on the settings; these stand in for the real ones and stay out of the image.
RUN SECRET_KEY=none SITE_URL=http://localhost DATABASE_URL=postgres://none REDIS_URL=redis://none EMAIL_URL=smtp://none \
    python manage.py collectstatic --no-input --verbosity 0
USER app
EXPOSE 8000
STOPSIGNAL SIGTERM
# Only the host name of SITE_URL is answered, the probe included.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["python", "-c", "\
import http.client, os, sys, urllib.parse; \
host = urllib.parse.urlsplit(os.environ['SITE_URL']).netloc; \
site = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); \
site.request('GET', '/healthz', headers={'Host': host}); \
sys.exit(site.getresponse().status != 200)"]
CMD ["python", "-m", "gunicorn", "supportcenter.wsgi", "--bind", "0.0.0.0:8000", "--workers=2", "--threads=4", "--worker-class=gthread", "--graceful-timeout=3", "--no-control-socket"]

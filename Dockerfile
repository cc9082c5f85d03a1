# One image; the role is the command (web, worker, beat, migrate, …). Nothing is fetched but what the
# lock pins by hash. The root may be read-only: only /data and /tmp are written.
FROM python:3.12-slim-bookworm AS packages
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: \
       -r /tmp/requirements.lock

FROM python:3.12-slim-bookworm
RUN groupadd --gid 10001 alm && useradd --uid 10001 --gid 10001 --no-create-home alm \
    && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY manage.py LICENSE* README.md pyproject.toml ./
COPY almconnect almconnect
COPY accounts accounts
COPY connections connections
COPY planning planning
COPY sync sync
COPY jira_client jira_client
COPY outgoing outgoing
COPY jira_sandbox jira_sandbox
COPY templates templates
COPY static static
COPY docs/troubleshooting.md docs/troubleshooting.md
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ALMCONNECT_DATA_DIR=/data ALMCONNECT_WEB_HOST=0.0.0.0
RUN python -m compileall -q /app
USER 10001:10001
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["python", "-m", "almconnect.command"]
CMD ["web"]

# The workflow with its locked dependencies, every hash checked:
#   docker build -t obafgkm .
#   docker run --rm -v "$PWD/run:/obafgkm/results" obafgkm run
# With Apptainer: docker save obafgkm -o obafgkm.tar; apptainer build obafgkm.sif docker-archive:obafgkm.tar
FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*
WORKDIR /obafgkm
COPY make.py pyproject.toml requirements.lock README.md LICENSE ./
COPY envs envs
COPY workflow workflow
# The first call sets up .venv; it is a layer of its own, which a change of the settings does not invalidate.
RUN python3 make.py run --version
COPY . .
ENTRYPOINT ["python3", "make.py"]
CMD ["run"]

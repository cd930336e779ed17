"""What a load asks of a cluster before it changes anything."""

from __future__ import annotations

import dataclasses
import pickle
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import migrate
from migrate.aws import Source
from migrate.errors import FixInputError, RetryLaterError
from migrate.mapping.spec import Mapping
from migrate.pipeline.engines import dask_client, dask_engine, opened
from migrate.pipeline.engines.dask_task import without_secrets
from migrate.pipeline.job import Job
from migrate.rehearse.stack import process
from migrate.source.export import Chain, DataFile, Export
from migrate.target.connection import Target
from tests import servers
from tests.pipeline.dask_cluster import Cluster, cluster
from tests.small_world import API_ID, ENVIRONMENT, PERSON, REGION, VISIT


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler; each test brings its worker."""
    with cluster(tmp_path_factory.mktemp("dask") / "cluster") as found:
        yield found


@pytest.fixture
def job(postgres_url: str, dask: Cluster) -> Job:
    """A job that nobody has loaded: opening its engine changes nothing."""
    return Job(
        profile="local",
        mappings=[Mapping.model_validate(one) for one in (PERSON, VISIT)],
        source=Source(REGION, "http://127.0.0.1:1"),
        api_id=API_ID,
        environment=ENVIRONMENT,
        target=Target(postgres_url),
        engine=dask.engine,
    )


def with_engine(job: Job, engine: str) -> Job:
    return dataclasses.replace(job, engine=engine)


def refusal(job: Job) -> FixInputError:
    """Why the job's engine cannot be used."""
    with pytest.raises(FixInputError) as caught, opened(job):
        pass
    return caught.value


def test_a_cluster_that_fits_is_taken_with_all_its_threads(job: Job, dask: Cluster) -> None:
    with dask.only_worker({"MIGRATE_TARGET_URL": job.target.url}):
        with opened(dataclasses.replace(job, workers=5, workers_chosen=False)) as engine:
            assert engine.workers == 1
        with opened(dataclasses.replace(job, workers=5)) as engine:
            assert engine.workers == 5


def test_a_worker_of_another_version_is_named_with_both(job: Job, dask: Cluster) -> None:
    other = 'import migrate\nmigrate.__version__ = "0.0.9"\n'
    with dask.only_worker({"MIGRATE_TARGET_URL": job.target.url}, preload=other) as address:
        error = refusal(job)
    assert error.message.startswith(f"worker {address} has migrate 0.0.9 (code ")
    assert f", this command has {migrate.__version__} (code " in error.message
    assert "same image" in error.hint


def test_a_worker_without_the_package_is_named(job: Job, dask: Cluster) -> None:
    without = 'import sys\nsys.modules["migrate"] = None\n'
    with dask.only_worker({"MIGRATE_TARGET_URL": job.target.url}, preload=without) as address:
        error = refusal(job)
    assert error.message.startswith(f"worker {address} cannot run migrate (")


def test_a_worker_without_the_targets_url_is_named(job: Job, dask: Cluster) -> None:
    with dask.only_worker({}) as address:
        error = refusal(job)
    assert error.message == f"worker {address}: its environment has no MIGRATE_TARGET_URL"
    assert "does not travel" in error.hint


def test_a_worker_that_reaches_another_database_is_named(
    job: Job, dask: Cluster, postgres_server_url: str
) -> None:
    with (
        servers.database(postgres_server_url) as other,
        dask.only_worker({"MIGRATE_TARGET_URL": other}) as address,
    ):
        error = refusal(job)
    assert error.message == (
        f"worker {address}: its MIGRATE_TARGET_URL leads to another database than this command's"
    )


def test_a_worker_that_reads_another_dynamodb_is_named(job: Job, dask: Cluster) -> None:
    environment = {
        "MIGRATE_TARGET_URL": job.target.url,
        "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1",
    }
    with dask.only_worker(environment) as address:
        error = refusal(dataclasses.replace(job, source=Source(REGION)))
    assert error.message.startswith(f"worker {address}: its environment names a DynamoDB endpoint")


def test_a_worker_without_the_exports_folder_is_named(
    job: Job, dask: Cluster, tmp_path: Path
) -> None:
    missing = tmp_path / "data" / "a.json.gz"
    with dask.only_worker({"MIGRATE_TARGET_URL": job.target.url}) as address:
        error = refusal(dataclasses.replace(job, export={"Person": exported(missing)}))
        assert error.message == f"worker {address}: {missing} does not exist there"
        assert "same path on every worker" in error.hint
        missing.parent.mkdir()
        missing.touch()
        with opened(dataclasses.replace(job, export={"Person": exported(missing)})):
            pass


def exported(file: Path) -> Chain:
    """A chain of one full export with one data file."""
    full = Export(
        location=str(file.parent.parent), arn="arn", kind="full", table_name="Person",
        table_arn="arn", table_id="id", export_time=datetime(2026, 6, 1, tzinfo=UTC),
        from_time=None, to_time=None, view="", items=0, billed_bytes=0,
        files=(DataFile(str(file), 0, ""),),
    )  # fmt: skip
    return Chain(full)


def test_a_cluster_without_workers_is_for_later(job: Job) -> None:
    with pytest.raises(RetryLaterError, match="has no workers"), opened(job):
        pass


def test_a_scheduler_that_is_not_there_is_told_soon(job: Job) -> None:
    nobody = f"dask://127.0.0.1:{process.free_port()}"
    with (
        pytest.raises(RetryLaterError, match="cannot be reached"),
        opened(with_engine(job, nobody)),
    ):
        pass


def test_without_the_package_the_extra_is_named(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "migrate[dask]" in refusal(job).hint


@pytest.mark.parametrize("engine", ["dask://", "dask://host", "dask://host:x", "dask://h:1/path"])
def test_an_address_that_cannot_be_one_is_refused(job: Job, engine: str) -> None:
    assert refusal(with_engine(job, engine)).hint == "write dask://HOST:PORT"


def test_an_engine_that_nobody_knows_is_refused(job: Job) -> None:
    assert refusal(with_engine(job, "spark")).message == "there is no engine 'spark'"


def test_encryption_is_what_dasks_own_configuration_demands() -> None:
    import dask

    assert dask_client._address("dask://host:8786") == "tcp://host:8786"
    with dask.config.set({"distributed.comm.require-encryption": True}):
        assert dask_client._address("dask://host:8786") == "tls://host:8786"


def test_a_cluster_that_has_lost_its_last_worker_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Deserted:
        def nthreads(self) -> dict[str, int]:
            return {}

    monkeypatch.setattr(dask_engine, "_CENSUS_SECONDS", 0)
    census = dask_engine._Census(Deserted(), "tcp://127.0.0.1:1")
    census.take()
    monkeypatch.setattr(dask_engine, "_WITHOUT_WORKERS_SECONDS_MAX", 0)
    with pytest.raises(RetryLaterError, match="has had no workers"):
        census.take()


def test_the_job_that_travels_has_no_url(job: Job) -> None:
    travelling = pickle.dumps(without_secrets(job))
    assert job.target.url.encode() not in travelling
    assert b"postgresql://" not in travelling

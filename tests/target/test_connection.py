"""Which targets are trusted, and what a reader is told of PostgreSQL's errors."""

from __future__ import annotations

import pickle

import psycopg
import pytest
from psycopg import errors

from migrate.errors import DefectError, FixInputError, MigrateError, RetryLaterError
from migrate.target.connection import Target, TransientError, connect, of_postgres
from tests import servers

VERIFIED = "sslmode=verify-full&sslrootcert=/tmp/ca.pem"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@localhost/db",
        "postgresql://u:p@127.0.0.1:5433/db?sslmode=disable",
        "postgresql://u:p@[::1]/db",
        "postgresql:///db",
        "postgresql://%2Fvar%2Frun%2Fpostgresql/db",
        "host=/tmp dbname=db",
        f"postgresql://u:p@db.example.com/db?{VERIFIED}",
        f"postgresql://u:p@a.example.com,b.example.com/db?{VERIFIED}",
    ],
)
def test_a_local_or_verified_target_is_trusted(url: str) -> None:
    Target(url).check_tls()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@db.example.com/db",
        "postgresql://u:p@db.example.com/db?sslmode=require",
        "postgresql://u:p@db.example.com/db?sslmode=verify-ca",
        "postgresql://u:p@localhost.example.com/db",
        "postgresql://u:p@localhost,db.example.com/db",
        "postgresql://u:p@localhost/db?hostaddr=192.0.2.1",
        "postgresql://u:p@localhost/db?service=elsewhere",
        "host=192.0.2.1 dbname=db password=p",
    ],
)
def test_any_other_target_is_refused_unless_the_profile_says_so(url: str) -> None:
    with pytest.raises(FixInputError, match="does not verify TLS") as caught:
        connect(Target(url))
    assert "sslmode=verify-full" in caught.value.hint
    assert ":p@" not in caught.value.message
    Target(url, allow_unverified_tls=True).check_tls()


@pytest.mark.parametrize(
    ("name", "value"), [("PGHOST", "db.example.com"), ("PGHOSTADDR", "192.0.2.1")]
)
def test_a_host_that_comes_from_the_environment_is_checked_too(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(FixInputError, match="does not verify TLS"):
        Target("postgresql:///db").check_tls()
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    Target("postgresql:///db").check_tls()


def test_a_url_that_is_none_is_refused_without_being_shown() -> None:
    with pytest.raises(FixInputError, match="cannot be read") as caught:
        Target("secret words").check_tls()
    assert "secret" not in f"{caught.value.message} {caught.value.hint}"


def test_a_target_never_shows_its_password() -> None:
    target = Target("postgresql://someone:secret@localhost:6543/db")
    assert target.shown == "localhost:6543/db"
    assert "secret" not in repr(target)
    assert "secret" not in str([target])


@pytest.mark.parametrize(
    ("code", "kind", "word"),
    [
        ("28P01", FixInputError, "not permitted"),
        ("28000", FixInputError, "not permitted"),
        ("42501", FixInputError, "not permitted"),
        ("53100", RetryLaterError, "the disk is full"),
        ("53300", RetryLaterError, "cannot go on now"),
        ("55P03", RetryLaterError, "cannot go on now"),
        ("57P01", TransientError, "not available"),
        ("57P03", TransientError, "not available"),
        ("40P01", TransientError, "not available"),
        ("08006", TransientError, "not available"),
        ("3D000", FixInputError, "missing"),
        ("42P01", FixInputError, "missing"),
        ("42601", DefectError, "refused a statement"),
        ("23505", DefectError, "refused a statement"),
        ("XX000", DefectError, "refused a statement"),
    ],
)
def test_a_code_decides_what_to_do_next(code: str, kind: type[MigrateError], word: str) -> None:
    error = errors.lookup(code)("Hanako Yamada", info=None)
    found = of_postgres(error, "the target")
    assert type(found) is kind
    assert word in found.message
    assert "Hanako" not in f"{found.message} {found.hint}"
    assert str(pickle.loads(pickle.dumps(found))) == found.message


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('FATAL:  password authentication failed for user "u"', FixInputError),
        ("fe_sendauth: no password supplied", FixInputError),
        ('FATAL:  role "u" does not exist', FixInputError),
        ('FATAL:  database "d" does not exist', FixInputError),
        ('FATAL:  permission denied for database "d"', FixInputError),
        ('FATAL:  no pg_hba.conf entry for host "192.0.2.1"', FixInputError),
        ('root certificate file "/x/root.crt" does not exist', FixInputError),
        ("SSL error: certificate verify failed", FixInputError),
        ("server does not support SSL, but SSL was required", FixInputError),
        ('invalid sslmode value: "never"', FixInputError),
        ("SSL connection has been closed unexpectedly", TransientError),
        ("SSL SYSCALL error: EOF detected", TransientError),
        ("server closed the connection unexpectedly", TransientError),
        ("connection refused", TransientError),
        ("could not translate host name", TransientError),
        ("FATAL:  sorry, too many clients already", TransientError),
        ("FATAL:  the database system is starting up", TransientError),
    ],
)
def test_words_decide_where_libpq_gives_no_code(text: str, kind: type[MigrateError]) -> None:
    found = of_postgres(psycopg.OperationalError(text), "the target")
    assert type(found) is kind


def test_a_misuse_of_the_driver_is_our_defect() -> None:
    found = of_postgres(psycopg.ProgrammingError("Hanako"), "the target")
    assert type(found) is DefectError
    assert "Hanako" not in found.message


def test_a_live_server_is_told_apart_by_what_is_wrong(postgres_server_url: str) -> None:
    with servers.database(postgres_server_url) as url, psycopg.connect(url) as admin:
        admin.execute("create role spine_guest login password 'guest'")
        admin.execute(f'revoke connect on database "{admin.info.dbname}" from public')
        admin.commit()
        place = url.split("@")[1]
        missing = place.rsplit("/", 1)[0] + "/no_such_database"
        wrong = [
            (f"postgresql://spine_guest:wrong@{place}", FixInputError, "wrong user or password"),
            (f"postgresql://spine_guest:guest@{place}", FixInputError, "does not let this role in"),
            (f"{url.split('@')[0]}@{missing}", FixInputError, "no such role or database"),
            ("postgresql://u:p@127.0.0.1:1/db", TransientError, "cannot be reached"),
        ]
        try:
            for wrong_url, kind, words in wrong:
                with pytest.raises(kind, match=words):
                    connect(Target(wrong_url))
        finally:
            admin.execute("drop role spine_guest")
            admin.commit()

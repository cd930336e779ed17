"""The language of business rules: `validation/<name>/<suite>.yaml`, validated.

What each key means is docs/reference/validation-rules.md.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from migrate.mapping.spec import TableName
from migrate.validate.suites.check import Check, Severity
from migrate.validate.suites.forms import (
    FORMS,
    Between,
    Exists,
    Form,
    Greater,
    InSet,
    Matches,
    NotNull,
    Unique,
    Violates,
)

_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Says(_Part):
    """The rule in words."""

    ja: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Rule(_Part):
    """One check, in exactly one form."""

    id: _Name
    table: TableName
    says: Says
    severity: Severity = "error"
    when: str | None = None
    not_null: NotNull | None = None
    in_set: InSet | None = Field(default=None, alias="in")
    between: Between | None = None
    matches: Matches | None = None
    greater: Greater | None = None
    unique: Unique | None = None
    exists: Exists | None = None
    violates: Violates | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Rule:
        chosen = self._chosen
        if len(chosen) != 1:
            said = f"not {' and '.join(chosen)}" if chosen else "none is given"
            raise ValueError(f"a check has exactly one form ({said}) // one of {', '.join(FORMS)}")
        return self

    @property
    def _chosen(self) -> dict[str, Form]:
        found = {
            field.alias or name: getattr(self, name)
            for name, field in type(self).model_fields.items()
        }
        return {key: found[key] for key in FORMS if found[key] is not None}

    @property
    def form_key(self) -> str:
        """The key under which the form stands in the file."""
        return next(iter(self._chosen))

    @property
    def form(self) -> Form:
        return self._chosen[self.form_key]

    def check(self) -> Check:
        """The rule as it is run."""
        return Check(
            id=self.id,
            table=self.table,
            form=self.form,
            says={"ja": self.says.ja, "en": self.says.en},
            severity=self.severity,
            when=self.when,
        )


class RuleFile(_Part):
    """A file of rules: one suite."""

    suite: _Name
    checks: list[Rule] = Field(min_length=1)


def known_keys() -> set[str]:
    """Every key of the language, for hints on a mistyped one."""
    known: set[str] = set()
    models: tuple[type[BaseModel], ...] = (RuleFile, Rule, Says, *FORMS.values())
    for model in models:
        known.update(field.alias or name for name, field in model.model_fields.items())
    return known

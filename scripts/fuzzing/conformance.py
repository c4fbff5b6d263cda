"""Conformance: whether all that is answered is what the contract says, as Schemathesis finds it."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree.ElementTree import Element, parse

from scripts.fuzzing import naming
from scripts.fuzzing.actors import Credential
from scripts.fuzzing.ledger import Ledger
from scripts.fuzzing.serving import PROJECT, environment
from scripts.fuzzing.surface import CURSORS, Surface

KIND = "contract"
_CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
_SELECTED = re.compile(r"Operations: +(\d+) selected / (\d+) total")
_CURL = re.compile(r"^ *(curl .*)$", re.MULTILINE)


class ConformanceError(Exception):
    """The contract cannot be fuzzed; the message says why in one line."""


@dataclass(frozen=True)
class Subject:
    """An API: its contract and its surface, the URL that its paths follow, and two users."""

    contract: Path
    surface: Surface
    url: str
    users: Mapping[str, Credential]


def check(subject: Subject, seed: int, seconds: float | None, ledger: Ledger) -> None:
    """Run every check in every phase, and take down what fails; raises ConformanceError."""
    with TemporaryDirectory(prefix="freehold-fuzz-") as name:
        folder = Path(name)
        done = _run(subject, seed, seconds, folder)
        report = folder / "report.xml"
        if done.returncode not in {0, 1} or not report.exists():
            said = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
            raise ConformanceError(f"Schemathesis cannot run: {said[-1]}")
        names = {each.operation.label: each.id for each in subject.surface.endpoints.values()}
        # What was written is our own report, of a run that has just ended.
        cases = parse(report).getroot().iter("testcase")  # noqa: S314
        for case in cases:
            _take_down(case, names, ledger)
        if done.returncode and not any(f.kind == KIND for f in ledger.findings.values()):
            ledger.find(KIND, "*", "Schemathesis reports a failure", [done.stdout[-2000:]])
    selected = _SELECTED.search(done.stdout)
    if selected is None or selected[1] != selected[2]:
        ledger.not_probed[KIND] = "not every operation was selected"


def _take_down(case: Element, names: Mapping[str, str], ledger: Ledger) -> None:
    label = case.get("name", "")
    operation = names.get(label, label)
    ledger.coverage[operation, KIND] += 1
    for fault in [*case.findall("failure"), *case.findall("error")]:
        text = fault.text or ""
        first = next(
            (line.strip("- 0123456789.") for line in text.splitlines() if line.strip()), ""
        )
        detail = f"{fault.get('message') or 'error'}: {first}"
        ledger.find(KIND, operation, detail, _CURL.findall(text)[:3] or [text[:2000]])


def _run(
    subject: Subject, seed: int, seconds: float | None, folder: Path
) -> subprocess.CompletedProcess[str]:
    (folder / "auth.json").write_text(json.dumps({"auth": list(_users(subject))}))
    (folder / "schemathesis.toml").write_text(_configuration(subject))
    command = [
        *(sys.executable, "-P", "-m", "schemathesis.cli"),
        f"--config-file={folder / 'schemathesis.toml'}",
        *("run", str(subject.contract.resolve()), f"--url={subject.url}"),
        *("--checks=all", f"--seed={seed}", "--report=junit"),
        f"--report-junit-path={folder / 'report.xml'}",
    ]
    command += [f"--max-time={int(seconds)}"] if seconds else []
    cursors = " ".join(_cursors(subject.surface))
    variables = {"FUZZ_AUTH": str(folder / "auth.json"), CURSORS: cursors}
    return subprocess.run(  # noqa: S603 - our own words
        command,
        cwd=folder,
        env=environment(PROJECT, **variables),
        capture_output=True,
        text=True,
        check=False,
    )


def _users(subject: Subject) -> Iterator[dict[str, object]]:
    for name, proof in subject.users.items():
        yield {"name": name, "fixedHeaders": [{"name": proof.header, "value": proof.value}]}


def _configuration(subject: Subject) -> str:
    """Return the configuration, with the id of the first user where paths name them."""
    names = {name for each in subject.surface.endpoints.values() for name in each.users}
    first = next(iter(subject.users.values())).user_id
    lines = [f'"path.{name}" = {json.dumps(first)}' for name in sorted(names) if first is not None]
    return "\n".join([_CONFIGURATION.read_text(), "[parameters]", *lines, ""])


def _cursors(surface: Surface) -> list[str]:
    """Return the parameters of queries whose values only the server makes."""
    found = {
        parameter.name
        for endpoint in surface.endpoints.values()
        for parameter in endpoint.operation.at("query")
        if naming.is_token(parameter.name)
    }
    return sorted(found)

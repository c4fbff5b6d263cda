"""Contracts that are broken in every way: the command names each place, and writes nothing."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile

import pytest

from tests.generated_api import HEAD
from tests.running import PROJECT, environment

SECONDS = 5
BOUNDED = ["bash", "-c", f'ulimit -t {SECONDS} && exec "$0" "$@"', sys.executable, "-P", "-m"]
"""Runs a command that is killed, with another exit code, when it takes longer on the CPU."""

DONE = "{operationId: %s, responses: {'204': {description: Done.}}}"
LINES = len(HEAD.splitlines())


def path(item: str, name: str = "/a") -> str:
    """Return a contract of one path."""
    return f"{HEAD}paths:\n  {name}: {item}\n"


def parts(kind: str, item: str, **components: str) -> str:
    """Return a contract of a path that uses components of one kind."""
    named = "\n".join(f"    {name}: {value}" for name, value in components.items())
    return f"{HEAD}  {kind}:\n{named}\npaths:\n  /a: {item}\n"


def to(kind: str, name: str) -> str:
    """Return a reference to a component."""
    return f"{{$ref: '#/components/{kind}/{name}'}}"


def bomb(text: str) -> str:
    """Return aliases of aliases of a text, 10^12 of them."""
    lines = [f"a0: &a0 [{', '.join([text] * 10)}]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    return "\n".join(lines)


def circle(kind: str) -> dict[str, str]:
    """Return two components that are nothing but each other."""
    return {"A": to(kind, "B"), "B": to(kind, "A")}


PARAMETER = "{parameters: [%s], get: " + DONE % "a" + "}"
RESPONSE = "{get: {operationId: a, responses: {'200': %s}}}"
SCHEMA = RESPONSE % "{description: A., content: {application/json: {schema: %s}}}"
LEADS_BACK = "leads back to itself"
DEEP = 10_000

BROKEN: dict[str, tuple[str | bytes, str]] = {
    "a tab": ("openapi: 3.1.0\n\tinfo: {}", "2: not YAML: found a tab character"),
    "an unclosed quote": ("openapi: '3.1.0\ninfo: {}", "2: not YAML: found unexpected end"),
    "a control character": ("openapi: 3.1.0\na: \0", "2: not YAML: control characters are not"),
    "two documents": ("openapi: 3.1.0\n---\nopenapi: 3.1.0", "2: not YAML: but found another"),
    "a list": ("- openapi: 3.1.0", "1: a contract is a mapping that begins with openapi"),
    "a scalar": ("openapi", "1: a contract is a mapping that begins with openapi"),
    "nothing": ("", "1: there is nothing in this file"),
    "a comment": ("# openapi: 3.1.0\n", "1: there is nothing in this file"),
    "binary": (b"openapi: 3.1.0\n\x89PNG\r\n\x1a\n\0\xff", "2: not UTF-8 text"),
    "UTF-16": (path("{}").encode("utf-16"), "1: not UTF-8 text"),
    "UTF-16 without a mark": ("a: 1".encode("utf-16-le"), "1: not YAML: control characters"),
    "a key twice": (f"{HEAD}paths: {{}}\npaths: {{}}", f"{LINES + 2}: paths stands here twice"),
    "aliases that multiply": (bomb("x"), "1: aliases multiply the contract beyond measure"),
    "aliases of a long text": (
        f"a: &a {'x' * 2**20}\nb: [{'*a,' * 100}]",
        "1: aliases multiply the contract beyond measure",
    ),
    "an alias of itself": ("openapi: 3.1.0\npaths: &a {/a: *a}", "2: an alias holds itself"),
    "deep flow": ("a: " + "[" * DEEP + "]" * DEEP, "1: nested too deeply"),
    "deep blocks": ("- " * DEEP + "a", "1: nested too deeply"),
    "deep JSON": ('{"a":' * DEEP + "1" + "}" * DEEP, "1: nested too deeply"),
    "50 MB": (b"#" * 50 * 2**20, " larger than 16 MiB"),
    "5,000 digits": ("a: " + "1" * 5000, "1: not a JSON value: 1111"),
    "not a number": ("a: .nan", "1: not a JSON value: .nan"),
    "infinity": ("a: -.inf", "1: not a JSON value: -.inf"),
    "a float beyond all": ("a: 1e999", "1: not a JSON value: 1e999"),
    "a Python object": ("a: !!python/name:os.system x", "1: not a JSON value: x"),
    "no version": ("info: {}", "1: #/openapi: this is not OpenAPI 3.0 or 3.1"),
    "a version that is a list": ("openapi: [3.1.0]", "1: #/openapi: this is not OpenAPI"),
    "paths: null": (f"{HEAD}paths:\n", f"{LINES + 1}: #/paths: None is not of type 'object'"),
    "components: []": (
        "openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths: {}\ncomponents: []",
        "4: #/components: [] is not of type 'object'",
    ),
    "a path that is a list": (path("[]"), "8: #/paths/~1a: [] is not of type 'object'"),
    "an operation that is text": (
        path("{get: text}"),
        "8: #/paths/~1a/get: 'text' is not of type 'object'",
    ),
    "a path without a slash": (path("{}", "a"), "7: #/paths: Unevaluated properties are not"),
    "a reference that is a number": (path("{$ref: 5}"), "8: #/paths/~1a/$ref: 5 is not of type"),
    "a reference that is a mapping": (
        parts("schemas", "{}", A="{$ref: {}}"),
        "8: #/components/schemas/A/$ref: {} is not of type 'string'",
    ),
    "a dangling reference": (
        path(SCHEMA % to("schemas", "A")),
        "there is nothing at #/components/schemas/A",
    ),
    "a reference into nothing": (
        path(SCHEMA % to("securitySchemes", "token/type/0")),
        "there is nothing at #/components/securitySchemes/token/type/0",
    ),
    "parameters in a circle": (
        parts("parameters", PARAMETER % to("parameters", "A"), **circle("parameters")),
        LEADS_BACK,
    ),
    "responses in a circle": (
        parts("responses", RESPONSE % to("responses", "A"), **circle("responses")),
        LEADS_BACK,
    ),
    "schemas in a circle": (
        parts("schemas", SCHEMA % to("schemas", "A"), **circle("schemas")),
        LEADS_BACK,
    ),
    "schemas in a circle that nothing uses": (
        parts("schemas", "{get: " + DONE % "a" + "}", **circle("schemas")),
        f"8: #/components/schemas/A: the reference #/components/schemas/B {LEADS_BACK}",
    ),
    "paths in a circle": (path("{$ref: '#/paths/~1a'}"), LEADS_BACK),
    "one operationId twice": (
        path(f"{{get: {DONE % 'a'}, put: {DONE % 'a'}}}"),
        "8: #/paths/~1a/put: the operationId a is taken by #/paths/~1a/get",
    ),
    "one operation on two paths": (
        parts("pathItems", to("pathItems", "A"), A=f"{{get: {DONE % 'a'}}}")
        + f"  /b: {to('pathItems', 'A')}",
        "11: #/paths/~1b: the operationId a is taken by #/components/pathItems/A/get",
    ),
    "an undeclared path parameter": (
        path(f"{{get: {DONE % 'a'}}}", '"/a/{b}"'),
        "8: #/paths/~1a~1{b}/get: the path parameter b is in the path but not",
    ),
    "an unused path parameter": (
        path(PARAMETER % "{name: b, in: path, required: true, schema: {type: string}}"),
        "8: #/paths/~1a/get: the path parameter b is not in the path",
    ),
    "a file that is not there": (path("{$ref: a.yaml}"), "8: #/paths/~1a: a.yaml: No such file"),
}
SEVERAL = {
    "no responses": (path("{get: {operationId: a}}"), "8: #/paths/~1a/get/responses: no response"),
}


def refused(folder: Path, contract: Path) -> str:
    """Run the command on a contract at fault; return what it says."""
    out = folder / "out"
    out.mkdir()
    copyfile(PROJECT / "generated" / "__init__.py", out / "__init__.py")
    before = (out / "__init__.py").stat().st_mtime_ns
    command = [*BOUNDED, "scripts.codegen", f"--contract={contract}", f"--out={out}"]
    done = subprocess.run(
        command, env=environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert list(out.iterdir()) == [out / "__init__.py"]
    assert (out / "__init__.py").stat().st_mtime_ns == before
    return done.stderr


@pytest.mark.parametrize(("content", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_contract_is_refused_in_one_line(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    contract = tmp_path / "contract.yaml"
    contract.write_bytes(content.encode() if isinstance(content, str) else content)
    (line,) = refused(tmp_path, contract).splitlines()
    assert line.startswith("contract.yaml:")
    assert message in line
    assert len(line) < 400


@pytest.mark.parametrize(("content", "message"), SEVERAL.values(), ids=SEVERAL)
def test_what_cannot_be_honoured_is_listed_and_counted(
    tmp_path: Path, content: str, message: str
) -> None:
    contract = tmp_path / "contract.yaml"
    contract.write_text(content)
    *places, end = refused(tmp_path, contract).splitlines()
    assert [line for line in places if line.startswith(f"contract.yaml:{message}")] == places
    assert end == "contract.yaml: 1 place cannot be honoured; nothing was written"


def no_file(contract: Path) -> None:
    """Leave the contract away."""


def folder(contract: Path) -> None:
    """Put a folder where the contract should be."""
    contract.mkdir()


def link_to_itself(contract: Path) -> None:
    """Put something where the contract should be that not even root can read."""
    contract.symlink_to(contract)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (no_file, "No such file or directory"),
        (folder, "Is a directory"),
        (link_to_itself, "Too many levels of symbolic links"),
    ],
)
def test_a_contract_that_cannot_be_read_is_refused_in_one_line(
    tmp_path: Path, make: Callable[[Path], None], message: str
) -> None:
    contract = tmp_path / "contract.yaml"
    make(contract)
    assert refused(tmp_path, contract) == f"{contract}: {message}\n"


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    contract, out = tmp_path / "contract.yaml", tmp_path / "out"
    contract.write_text(path(f"{{get: {DONE % 'a'}}}"), "utf-8-sig")
    command = [*BOUNDED, "scripts.codegen", f"--contract={contract}", f"--out={out}"]
    subprocess.run(command, env=environment(), capture_output=True, check=True)
    assert (out / "api.py").is_file()

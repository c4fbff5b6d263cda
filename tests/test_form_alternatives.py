"""Forms of several kinds: a text is read as the one alternative that fits has it."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.generated_api import HEAD, OpenGate, call, package, serve

FORM = "application/x-www-form-urlencoded"
CONTRACT = f"""{HEAD}
  schemas:
    Short:
      type: object
      properties: {{age: {{type: integer, minimum: 1}}}}
    Long:
      type: object
      properties:
        age: {{type: integer, minimum: 0}}
        roles: {{oneOf: [{{type: 'null'}}, {{type: array, maxItems: 2, items: {{type: integer}}}}]}}
        code: {{type: string, pattern: '^0'}}
paths:
  /invites:
    post:
      operationId: invite
      requestBody:
        required: true
        content:
          {FORM}:
            schema:
              anyOf: [{{$ref: '#/components/schemas/Short'}}, {{$ref: '#/components/schemas/Long'}}]
      responses: {{'204': {{description: Sent.}}}}
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    folder: Path = tmp_path_factory.mktemp("alternatives")

    async def invite(scope: str, body: object) -> None: ...

    return serve(package(folder, CONTRACT), OpenGate(), invite=invite)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ("age=1", 204),
        ("age=0", 204),
        ("age=0&roles=null", 204),
        ("age=0&roles=1&roles=2&code=00", 204),
        ("age=0&roles=null&code=0", 204),
        ("age=-1", 422),
        ("age=0&roles=x", 422),
        ("age=0&roles=null&code=1", 422),
    ],
)
def test_the_alternative_that_fits_is_found(app: FastAPI, fields: str, status: int) -> None:
    answer = call(app, "POST", "/invites", content=fields, headers={"content-type": FORM})

    assert answer.status_code == status

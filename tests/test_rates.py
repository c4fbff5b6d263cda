"""Rates, proxies and origins: what settings say of them is right or refused at start."""

from pathlib import Path

import pytest

from impl.core.rates import IN_PRODUCTION, Rate
from impl.core.settings import Settings, load
from tests.test_settings import PRODUCTION, faults


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RATE_LIMIT_FAILURES", "0/minute"),
        ("RATE_LIMIT_FAILURES", "-1/minute"),
        ("RATE_LIMIT_ADDRESS", "30"),
        ("RATE_LIMIT_USER", "30/fortnight"),
        ("RATE_LIMIT_USER", "1/second;9/minute"),
        ("RATE_LIMIT_WRITES", "1/month"),
        ("RATE_LIMIT_WRITES", "1 per 0 seconds"),
        ("RATE_LIMIT_REFRESH", "1000000001/minute"),
        ("RATE_LIMIT_REFRESH", "OFF"),
        ("RATE_LIMIT_STORAGE_URL", "memcached://cache:11211"),
        ("RATE_LIMIT_STORAGE_URL", "redis://:hunter2@"),
        ("RATE_LIMIT_STORAGE_URL", "redis://:hunter2@cache:99999"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "proxy.internal"),
        ("TRUSTED_PROXIES", "10.0.0.1,"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "null"),
        ("CORS_ORIGINS", "https://app.example.com,*"),
        ("CORS_ORIGINS", "https://*.example.com"),
        ("CORS_ORIGINS", "https://app.example.com/"),
        ("CORS_ORIGINS", "https://App.example.com"),
        ("CORS_ORIGINS", "https://app.example.com:443"),
        ("CORS_ORIGINS", "http://app.example.com:80"),
        ("CORS_ORIGINS", "app.example.com"),
    ],
)
def test_a_wrong_value_is_one_line_that_does_not_repeat_it(
    tmp_path: Path, name: str, value: str
) -> None:
    (line,) = faults(tmp_path, {name: value})
    assert line.startswith(f"{name} must be ")
    assert value not in line.split()
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        ("30/minute", Rate(30, 60)),
        ("100 per 10 seconds", Rate(100, 10)),
        ("1/day", Rate(1, 86_400)),
        ("5 / 2 HOURS", Rate(5, 7_200)),
        ("off", None),
        ("", None),
    ],
)
def test_a_rate_is_requests_in_a_time(tmp_path: Path, written: str, rate: Rate | None) -> None:
    settings = load(tmp_path, env_file=None, environ={"RATE_LIMIT_USER": written})
    assert settings.rate_limit_user == rate


def test_rates_are_limited_in_production_unless_they_are_off(tmp_path: Path) -> None:
    names = [name for name in Settings.model_fields if isinstance(_default(tmp_path, name), Rate)]
    assert [name.upper() for name in names] == list(IN_PRODUCTION)
    development = load(tmp_path, env_file=None, environ={})
    assert {getattr(development, name) for name in names} == {None}
    off = load(tmp_path, env_file=None, environ=PRODUCTION | dict.fromkeys(IN_PRODUCTION, "off"))
    assert {getattr(off, name) for name in names} == {None}


def _default(data: Path, name: str) -> object:
    return getattr(load(data, env_file=None, environ=PRODUCTION), name)


def test_lists_are_separated_by_commas(tmp_path: Path) -> None:
    environ = {
        "TRUSTED_PROXIES": "10.0.0.1, 192.168.0.0/16,::1",
        "CORS_ORIGINS": "https://app.example.com, http://localhost:5173,http://[::1]:8080",
    }
    settings = load(tmp_path, env_file=None, environ=environ)
    assert settings.trusted_proxies == ("10.0.0.1", "192.168.0.0/16", "::1")
    origins = ("https://app.example.com", "http://localhost:5173", "http://[::1]:8080")
    assert settings.cors_origins == origins

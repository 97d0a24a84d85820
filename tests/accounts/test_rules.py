"""The rules of accounts decide the same for every input."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.accounts.rules import (
    PASSWORD_LEAST,
    PASSWORD_MOST,
    SESSION_IDLE,
    SESSION_LONGEST,
    PasswordFault,
    common_passwords,
    device_family,
    needs_second_step,
    password_fault,
    session_is_over,
)
from kash.policy import Role, role_conflict


@given(st.text(max_size=PASSWORD_LEAST - 1))
def test_a_short_password_is_refused_whatever_it_holds(password):
    assert password_fault(password) is PasswordFault.SHORT


@given(st.text(min_size=PASSWORD_MOST + 1, max_size=PASSWORD_MOST + 50))
def test_a_password_longer_than_the_limit_is_refused(password):
    assert password_fault(password) is PasswordFault.LONG


@given(st.text(max_size=300), st.lists(st.text(max_size=30), max_size=3))
def test_any_text_gets_an_answer(password, words):
    assert password_fault(password, words) in {None, *PasswordFault}


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("seven boats cross at dusk", None),
        ("Kiboko-mto-17-tatu", None),
        ("passwordpassword", PasswordFault.COMMON),
        ("P@ssw0rd2026!!", PasswordFault.COMMON),
        ("Kenya 254 1234567", PasswordFault.COMMON),
        ("i love jesus 2026", PasswordFault.COMMON),
        ("qwertyuiop1234", PasswordFault.COMMON),
        ("ItrustNair0b1", PasswordFault.COMMON),
        ("CorrectHorseBatteryStaple", PasswordFault.COMMON),
        ("aaaaaaaaaaaaaa", PasswordFault.REPEATED),
        ("abcabcabcabcabc", PasswordFault.REPEATED),
        ("atieno.odhiambo1", PasswordFault.SAME_AS_NAME),
    ],
)
def test_passwords_that_many_would_try(password, fault):
    assert password_fault(password, ["Atieno", "atieno.odhiambo"]) is fault


def test_the_list_of_common_passwords_is_clean():
    words = common_passwords()
    assert len(words) > 5000
    assert all(word == word.strip().lower() and len(word) >= 3 for word in words)


@given(
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2)),
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2)),
)
def test_a_session_ends_when_idle_or_old(age, idle):
    now = datetime(2026, 11, 16, 8, tzinfo=UTC)
    assert session_is_over(now - age, now - idle, now) == (
        age > SESSION_LONGEST or idle > SESSION_IDLE
    )


def test_who_needs_a_second_step():
    assert {role for role in Role if needs_second_step([role])} == {
        Role.ADMINISTRATOR,
        Role.DIRECTOR,
        Role.CUSTODIAN,
        Role.DOCUMENTATION,
    }


@given(st.sets(st.sampled_from(Role)))
def test_roles_conflict_as_the_programme_wants(roles):
    alone = bool(roles & {Role.POLICE_PEER, Role.FUNDER}) and len(roles) > 1
    keys = Role.ADMINISTRATOR in roles and bool(roles & {Role.CUSTODIAN, Role.DOCUMENTATION})
    assert (role_conflict(roles) is not None) == (alone or keys)


@pytest.mark.parametrize(
    ("user_agent", "family"),
    [
        ("Mozilla/5.0 (Linux; Android 13) Chrome/120.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko Firefox/128.0", "Firefox, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17) Version/17 Safari/604.1", "Safari, iPhone"),
        ("curl/8", ""),
    ],
)
def test_a_device_is_known_by_its_family_only(user_agent, family):
    assert device_family(user_agent) == family

"""Tests that share a site run in one worker. With a pytest that pytest-xdist does not know, they do not."""

import os

import pytest


@pytest.mark.xdist_group("groups")
def test_a_group_is_part_of_the_id_by_which_workers_share_tests(request):
    is_parallel = "PYTEST_XDIST_WORKER" in os.environ
    assert request.node.nodeid.endswith("@groups") is is_parallel

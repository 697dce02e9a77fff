"""Logs in with paramiko: a second implementation of SSH, with its own idea of prompts."""

from collections.abc import Mapping

import paramiko

from support.ssh_client import Exchange
from support.sshd import Sshd


def list_home(server: Sshd, user: str, answers: Mapping[str, str]) -> tuple[list[Exchange], list[str]]:
    """Logs in over keyboard-interactive and lists the home directory over SFTP.

    Raises paramiko.AuthenticationException where the server refuses.
    """
    exchanges: list[Exchange] = []

    def answer_all(_title: str, _instructions: str, prompts: list[tuple[str, bool]]) -> list[str]:
        asked = [Exchange(prompt, answers[prompt]) for prompt, _echo in prompts]
        exchanges.extend(asked)
        return [exchange.answer for exchange in asked]

    with paramiko.Transport(("127.0.0.1", server.port)) as transport:
        transport.connect()
        transport.auth_interactive(user, answer_all)
        sftp = paramiko.SFTPClient.from_transport(transport)
        assert sftp is not None
        with sftp:
            return exchanges, sftp.listdir(".")

"""twinlock doctor and Samba's configuration beyond smb.conf: the registry, files by client, arguments of smbd, roles."""

import json
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any
from unittest import mock

from support import paths
from support.accounts import ALICE
from support.doctor_scenario import GOOD_SMB_CONF, SMB_CONF, DoctorScenario, doctor
from support.smbd import Smbd

REGISTRY = Path("/var/lib/samba/registry.tdb")
OTHER = Path("/etc/samba/other.conf")
GUESTS = "[public]\n   path = /srv\n   guest ok = yes\n"


class SambaScenario(DoctorScenario):
    def with_samba(self, *lines: str, share: str = "") -> None:
        self.write(SMB_CONF, GOOD_SMB_CONF.replace("[data]", "".join(f"   {line}\n" for line in lines) + "[data]") + share)

    def said_of(self, check: str) -> list[dict[str, Any]]:
        return [one for one in doctor("--json").json()["checks"] if one["id"] == check]


class Registry(SambaScenario):
    def setUp(self) -> None:
        super().setUp()
        for directory in ("/run/samba", "/var/cache/samba", "/var/log/samba"):
            Path(directory).mkdir(exist_ok=True)
        self.addCleanup(REGISTRY.unlink, missing_ok=True)

    def net(self, *words: str) -> None:
        subprocess.run(["net", "conf", *words], check=True, capture_output=True)

    def test_shares_of_the_registry_are_judged(self) -> None:
        self.net("addshare", "public", "/srv", "writeable=n", "guest_ok=y")
        self.assertEqual({}, self.findings())
        for line in ("registry shares = yes", "include = registry"):
            with self.subTest(line):
                self.with_samba(line)
                self.assert_found("samba.guest", says="[public]", result="fail")

    def test_settings_of_the_registry_are_judged(self) -> None:
        self.net("setparm", "global", "obey pam restrictions", "no")
        self.with_samba("include = registry")
        self.assert_found("samba.obey-pam", result="fail")

    def test_a_configuration_that_is_the_registry_alone(self) -> None:
        self.net("setparm", "global", "server role", "standalone server")
        self.with_samba("config backend = registry")
        self.assertIn("samba.obey-pam", self.findings())


class OtherFiles(SambaScenario):
    def test_config_file_takes_the_place_of_this_one(self) -> None:
        self.write(OTHER, "[global]\n   obey pam restrictions = no\n")
        for name in ("config file", "Config FILE", "configfile"):
            with self.subTest(name):
                self.with_samba(f"{name} = {OTHER}")
                self.assert_found("samba.other-files", result="fail", says=str(OTHER))
        self.with_samba("config file =")
        self.assertEqual({}, self.findings())

    def test_config_file_in_a_file_named_after_the_host(self) -> None:
        self.write(Path(f"/etc/samba/{socket.gethostname()}.conf"), f"config file = {OTHER}\n")
        self.with_samba("include = /etc/samba/%h.conf")
        self.assert_found("samba.other-files", says=str(OTHER), result="fail")

    def test_includes_by_client(self) -> None:
        self.with_samba("include = /etc/samba/by-client.%m")
        self.assert_found("samba.other-files", result="warn", says="%m")
        self.write(Path("/etc/samba/by-client.desk"), "# guest ok = yes\n[tmp]\n  path = /tmp\n")
        self.assert_found("samba.other-files", result="warn")
        self.write(Path("/etc/samba/by-client.hall"), "[tmp]\n  path = /tmp\n  Guest OK = \\\n yes\n")
        self.assert_found("samba.other-files", result="fail", says="by-client.hall, which some clients get, sets guestok")

    def test_an_include_by_client_in_an_included_file_or_a_share(self) -> None:
        self.write(OTHER, "[global]\n  include = /etc/samba/%U.mine\n")
        self.with_samba(f"include = {OTHER}")
        self.assert_found("samba.other-files", result="warn", says=str(OTHER))
        self.with_samba(share="[more]\n  path = /srv\n  include = /etc/samba/%$(NAME).mine\n")
        self.assert_found("samba.other-files", result="warn", says="%$(NAME)")

    def test_includes_that_are_the_same_for_everybody(self) -> None:
        self.with_samba("include = /etc/samba/none.%h.%v.conf")
        self.assertEqual({}, self.findings())

    def test_files_that_others_can_write(self) -> None:
        self.write(OTHER, "[global]\n")
        shutil.chown(OTHER, ALICE.uid)
        self.with_samba(f"include = {OTHER}")
        self.assert_found("samba.owners", result="fail", says=str(OTHER))


class Started(SambaScenario):
    def test_one_that_runs_with_another_file(self) -> None:
        with Smbd(people=()) as smbd:
            self.assertEqual({}, self.findings())
            self.assertIn("its own arguments: 2 smbd", json.dumps(self.said_of("samba.listeners")))
            smbd.config.write_text(smbd.config.read_text() + GUESTS)
            self.assert_found("samba.guest", says="[public]", result="fail")
        self.assertEqual({}, self.findings())

    def test_one_that_is_not_the_one_installed(self) -> None:
        copy = Path("/run/smbd")
        shutil.copy(paths.SMBD, copy)
        self.addCleanup(copy.unlink)
        with mock.patch.object(paths, "SMBD", copy), Smbd(people=()):
            self.assert_found("samba.listeners", result="warn", says="not the smbd that is installed")

    def test_arguments_of_its_service(self) -> None:
        self.write(OTHER, GOOD_SMB_CONF.replace("/etc/samba/twinlock.conf", "/etc/samba/none"))
        path = Path("/etc/default/samba")
        self.write(path, "SMBDOPTIONS='--option=obeypamrestrictions=no'\n")
        self.assert_found("samba.obey-pam", result="fail")
        self.write(path, f'SMBDOPTIONS="-s {OTHER}"\n')
        self.assertIn("samba.obey-pam", self.findings())


class Roles(SambaScenario):
    def test_domain_controllers_check_passwords_for_others(self) -> None:
        for role, result in (("active directory domain controller", "fail"), ("classic primary domain controller", "warn")):
            with self.subTest(role):
                self.write(SMB_CONF, GOOD_SMB_CONF.replace("standalone server", role))
                self.assertEqual([result], [one["result"] for one in self.said_of("samba.role") if one["result"] != "ok"])

    def test_a_member_says_that_codes_ride_in_no_names(self) -> None:
        self.write(SMB_CONF, GOOD_SMB_CONF.replace("standalone server", "member server\n   security = domain"))
        self.assertIn("cannot ride in names", json.dumps(self.said_of("samba.role")))

    def test_accounts_without_a_password(self) -> None:
        self.with_samba("null passwords = yes")
        self.assert_found("samba.null-passwords", result="fail")

"""One connection and several sessions on it, pipes instead of files, and clients that are nobody."""

from support import twinlock
from support.accounts import ALICE, BOB
from support.smb_client import REFUSED, Connection
from support.smb_scenario import ELSEWHERE, FOR_IMPACKET, HOME, SmbScenario

NO_LEASE = '[service.samba]\nlease = "0"\n'


class OneConnection(SmbScenario):
    smb_options = FOR_IMPACKET

    def setUp(self) -> None:
        super().setUp()
        self.connection = self.enterContext(Connection(self.server, source=HOME))

    def log_in_here(self, name: str, password: str = ALICE.password) -> str:
        """One more session set-up on the connection."""
        self.connection.forget_session()
        return self.connection.log_in(name, password)

    def test_the_plain_name_after_one_with_a_code_needs_a_lease(self) -> None:
        """smbd remembers the mapping and does not run the helper again."""
        self.configure(NO_LEASE)
        self.assertEqual("", self.log_in_here(self.with_code()))
        self.assertEqual(REFUSED, self.log_in_here("alice"))
        self.assert_audited(("alice", "accepted"), ("alice", "wrong_code"))

    def test_the_same_name_again_serves_its_code_once(self) -> None:
        self.configure(NO_LEASE)
        name = self.with_code()
        self.assertEqual("", self.log_in_here(name))
        self.assertEqual(REFUSED, self.log_in_here(name))

    def test_under_a_lease_both_pass(self) -> None:
        name = self.with_code()
        for again in (name, name, "alice"):
            self.assertEqual("", self.log_in_here(again))

    def test_a_code_that_came_with_a_wrong_password_is_not_lost(self) -> None:
        name = self.with_code()
        self.assertEqual(REFUSED, self.log_in_here(name, "wrong"))
        self.assertEqual(0, self.failures())
        self.assertEqual("", self.log_in_here(name))

    def test_a_stash_serves_no_other_user(self) -> None:
        """alice's code stays behind a wrong password; bob then logs in on the same connection within ten seconds."""
        twinlock.enrol("bob")
        self.clear_logs()
        self.assertEqual(REFUSED, self.log_in_here(self.with_code(), "wrong"))
        self.assertEqual(REFUSED, self.log_in_here("bob", BOB.password))
        self.assert_audited(("bob", "wrong_code"))
        self.assertEqual(0, self.failures("bob"))

    def test_re_authentication_passes_with_a_stale_code_under_a_lease(self) -> None:
        name = self.with_code()
        self.assertEqual("", self.connection.log_in(name, ALICE.password))
        self.assertEqual("", self.connection.authenticate_again(name, ALICE.password))
        self.assertIn("readme.txt", self.connection.files())
        self.assert_audited(("alice", "accepted"), ("alice", "leased"))
        self.assertEqual(0, self.failures())

    def test_re_authentication_without_a_lease_ends_the_session(self) -> None:
        self.configure(NO_LEASE)
        name = self.with_code()
        self.assertEqual("", self.connection.log_in(name, ALICE.password))
        self.assertEqual(REFUSED, self.connection.authenticate_again(name, ALICE.password))
        self.assertFalse(self.connection.is_alive())

    def test_re_authentication_makes_no_second_session(self) -> None:
        name = self.with_code()
        self.assertEqual("", self.connection.log_in(name, ALICE.password))
        before = twinlock.run_json("sessions")
        self.assertEqual("", self.connection.authenticate_again(name, ALICE.password))
        self.assertEqual((1, before), (len(before), twinlock.run_json("sessions")))

    def test_two_users_on_one_connection_each_need_a_code(self) -> None:
        phone = twinlock.enrol("bob")
        self.clear_logs()
        self.assertEqual("", self.log_in_here(self.with_code()))
        self.assertEqual(REFUSED, self.log_in_here("bob", BOB.password))
        self.assertEqual("", self.log_in_here(f"bob+{phone.code()}", BOB.password))
        self.assert_audited(("alice", "accepted"), ("bob", "wrong_code"), ("bob", "accepted"))
        self.assertEqual({"alice", "bob"}, {row["user"] for row in twinlock.run_json("sessions")})


class ComingBack(SmbScenario):
    """A client that names the session of its lost connection, which then ends."""

    smb_options = FOR_IMPACKET

    def setUp(self) -> None:
        super().setUp()
        self.lost = self.enterContext(Connection(self.server, source=HOME))
        self.assertEqual("", self.lost.log_in(self.with_code(), ALICE.password))
        self.clear_logs()

    def come_back(self, name: str, source: str) -> str:
        with Connection(self.server, source=source) as connection:
            return connection.take_over(self.lost.session_id, name, ALICE.password)

    def test_without_a_code_it_ends_nobodys_session(self) -> None:
        self.assertEqual(REFUSED, self.come_back("alice", ELSEWHERE))
        self.assert_audited(("alice", "wrong_code"))
        self.assertTrue(self.lost.is_alive())

    def test_with_a_code_it_does(self) -> None:
        self.assertEqual("", self.come_back(self.with_code(self.phone.code(steps_ahead=1)), ELSEWHERE))
        self.assertFalse(self.lost.is_alive())
        self.wait_until_nobody_is_listed()


class WithoutFiles(SmbScenario):
    smb_options = FOR_IMPACKET

    def test_the_list_of_shares_needs_a_code(self) -> None:
        self.assert_refused(self.log_in("alice", share="IPC$", command="help"))
        with Connection(self.server, source=HOME) as connection:
            self.assertEqual("", connection.log_in(self.with_code(), ALICE.password))
            self.assertIn("data", connection.shares())

    def test_a_pipe_needs_a_code(self) -> None:
        with Connection(self.server, source=ELSEWHERE) as connection:
            self.assertEqual(REFUSED, connection.log_in("alice", ALICE.password))
            self.assertNotEqual("", connection.connect_tree("IPC$"))


class Nobody(SmbScenario):
    """Clients without a name, and names that smbd does not know."""

    smb_options = FOR_IMPACKET

    def test_an_anonymous_client_sees_no_files_and_no_shares(self) -> None:
        for command, share in (("ls", "data"), ("ls", "IPC$")):
            outcome = self.log_in("", password="", share=share, command=command, options=["--no-pass"])
            self.assertNotEqual(0, outcome.status, outcome.output)
        with Connection(self.server, source=HOME) as connection:
            connection.log_in("", "")
            self.assertFalse(connection.is_alive())
            with self.assertRaises(Exception):
                connection.shares()

    def test_guest_and_unknown_names_are_refused(self) -> None:
        for name in ("guest", "nobody", "mallory", "mallory+492039", "guest+492039"):
            with self.subTest(name):
                self.assertFalse(self.log_in(name, password="").let_in)
                self.assertFalse(self.log_in(name, password="x").let_in)
        self.assert_audited()

    def test_an_account_that_has_no_record_is_refused_as_one_with_a_wrong_code(self) -> None:
        self.assert_refused(self.log_in("bob", account=BOB))
        self.assert_refused(self.log_in("bob+492039", account=BOB))
        self.assert_audited(("bob", "not_enrolled"), ("bob", "not_enrolled"))

"""What the tests of whole programs share: a private machine, a real sshd, real clients."""

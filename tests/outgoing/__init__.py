"""Tests of the calls that leave the installation: real loopback sockets, servers good and bad."""

// Package vrrp elects which of two nodes is master: the Virtual Router
// Redundancy Protocol, version 2 (RFC 3768) and version 3 (RFC 9568, RFC 5798),
// over IPv4 and IPv6.
package vrrp

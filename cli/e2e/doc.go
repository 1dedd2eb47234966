// Package e2e holds the end-to-end tests: the real binary on a segment made of
// network namespaces, with real Linux stacks, scanners and servers as peers.
// They need root, DPDK and the packages of `scripts/setup.sh build lab test`;
// what is missing is printed as the reason of a skip.
//
// Up to four labs run at the same time (-parallel N changes that). MIRE_LONG=1
// adds the hold of 16 minutes at the clients' stock settings.
package e2e

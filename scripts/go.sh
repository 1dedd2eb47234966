# shellcheck shell=bash
# Sourced by the scripts, from the top of the checkout: what Go needs here.

command -v go >/dev/null || PATH=$PATH:/usr/local/go/bin
# Under sudo the clone belongs to somebody else; git, and with it go build, would refuse it.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$PWD
# DPDK 24.11 (Debian 13) asks by pkg-config for -mrtm, hardware transactions for its
# locks. cgo takes only flags that it knows to be harmless, and this one when told so.
export CGO_CFLAGS_ALLOW=-mrtm

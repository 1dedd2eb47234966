#!/bin/sh
# `docker run IMAGE bench ...` and `docker run IMAGE mire bench ...` are the same.
# A file made by this container may be read by all, as the container's user is
# not one of the host's.
umask 022
[ "${1:-}" != mire ] || shift
exec /usr/bin/mire "$@"

package dpdk

/*
#cgo pkg-config: libdpdk
#cgo CFLAGS: -O3 -Wall
#cgo LDFLAGS: -ldl -Wl,--export-dynamic
*/
import "C"

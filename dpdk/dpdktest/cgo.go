package dpdktest

/*
#cgo pkg-config: libdpdk
#cgo CFLAGS: -O2 -Wall
#cgo LDFLAGS: -ldl
*/
import "C"

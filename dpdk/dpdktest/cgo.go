package dpdktest

/*
#cgo pkg-config: libdpdk
#cgo CFLAGS: -O2 -Wall
*/
import "C"

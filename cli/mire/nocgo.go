//go:build !cgo

package main

// The command drives DPDK through cgo. Without a C compiler, or with CGO_ENABLED=0,
// the build ends here, at a name that says what is needed.
func main() { mire_needs_cgo_gcc_and_libdpdk__run_scripts_setup_sh_build() }

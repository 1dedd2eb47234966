//go:build cgo

// Command mire is the whole program; see `mire --help`.
package main

import "mire/cli"

func main() { cli.Main() }

package dpdk

/*
#include <rte_eal.h>
*/
import "C"

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// sweepRundirs removes the runtime folders that EAL made for this process and
// for dead ones: EAL leaves each behind, empty. A folder with something in it
// is somebody's and stays.
func sweepRundirs(own string) {
	if own == "" {
		return
	}
	os.Remove(own)
	others, _ := filepath.Glob(filepath.Join(filepath.Dir(own), prefixStem+"*"))
	for _, dir := range others {
		pid, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(dir), prefixStem))
		if err != nil {
			continue
		}
		if _, err := os.Stat(filepath.Join("/proc", strconv.Itoa(pid))); os.IsNotExist(err) {
			os.Remove(dir)
		}
	}
}

func rundir() string { return C.GoString(C.rte_eal_get_runtime_dir()) }

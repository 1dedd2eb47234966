package bench

import (
	"crypto/sha256"
	"os"
)

// yards are the sides of testpmd for a case. It is started anew only for
// another source: the modes of one process share it.
func (r *runner) yards(c *Case, n *node) ([]*yard, error) {
	if r.noYard != nil {
		return nil, nil
	}
	content, err := os.ReadFile(n.source)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(content); r.yard == nil || sum != r.source || c.Workers != r.cores {
		if err := r.closeYard(); err != nil {
			return nil, err
		}
		if r.yard, err = openTestpmd(r.rig, n.source, c.Workers); err != nil {
			r.yard = nil
			return nil, err
		}
		r.source, r.cores = sum, c.Workers
		r.privilege(r.yard.refused)
	}
	var list []*yard
	for _, mode := range c.Yardsticks {
		list = append(list, &yard{testpmd: r.yard, mode: mode})
	}
	return list, nil
}

func (r *runner) closeYard() error {
	if r.yard == nil {
		return nil
	}
	y := r.yard
	r.yard = nil
	return y.close()
}

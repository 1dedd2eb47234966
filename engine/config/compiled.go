package config

import "sync"

// compiled is what packages make of a sealed snapshot, by its type.
type compiled struct {
	mu   sync.Mutex
	made map[any]*once
}

type once struct {
	sync.Once
	value any
}

// Compiled returns what build makes of a snapshot: for a sealed one it is built by
// the first who asks and shared by all who ask for the same type, so that nobody
// may change it; build may ask for what it stands on. Workers ask when they apply
// the snapshot. One that was never sealed may still change: of that it is built
// anew each time.
func Compiled[T any](s *Snapshot, build func(*Snapshot) *T) *T {
	if s.guard == nil {
		return build(s)
	}
	made := s.guard.compiled.of((*T)(nil))
	made.Do(func() { made.value = build(s) })
	return made.value.(*T)
}

func (c *compiled) of(key any) *once {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil {
		c.made = map[any]*once{}
	}
	if c.made[key] == nil {
		c.made[key] = new(once)
	}
	return c.made[key]
}

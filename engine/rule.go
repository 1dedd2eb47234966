package engine

// Rule is one of the rules by which a module decides, and how many frames it
// decided.
type Rule struct {
	Name, Help string
	Count      uint64
}

// Ruler is a module that counts its rules. Rules are all of them in their order,
// summed over all workers; safe from any goroutine, also for a module that does
// not run.
type Ruler interface{ Rules() []Rule }

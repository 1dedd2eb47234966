package board

// Of shows one value, of which Own is the writer's and Read a copy for readers. T
// is as Words wants it.
type Of[T any] struct {
	Own   T
	shown *Board
}

// NewOf makes one; it must not be copied.
func NewOf[T any]() *Of[T] {
	o := new(Of[T])
	o.shown = New(Words(&o.Own))
	return o
}

// Publish shows the present Own. Writer only.
func (o *Of[T]) Publish() { o.shown.Publish() }

// Read returns Own as of the last Publish, zero before the first; safe from any
// goroutine.
func (o *Of[T]) Read() (v T) {
	o.shown.Read(Words(&v))
	return v
}

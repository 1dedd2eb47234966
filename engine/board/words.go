package board

import (
	"reflect"
	"unsafe"
)

// Words is the memory of *v as words, in the order of its fields. T is a number of
// 64 bits, or an array or struct as aligned as one that holds numbers and booleans
// and no pointers: anything else panics, as the garbage collector does not see what
// a word points to.
func Words[T any](v *T) []uint64 { return List(unsafe.Slice(v, 1)) }

// List is Words of all elements of s.
func List[T any](s []T) []uint64 {
	t := reflect.TypeFor[T]()
	if t.Align() != 8 || !plain(t) {
		panic("board: " + t.String() + " is not made of words")
	}
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(t.Size()/8))
}

// plain tells whether t holds numbers and booleans only.
func plain(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return plain(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if !plain(t.Field(i).Type) {
				return false
			}
		}
		return true
	}
	return reflect.Bool <= t.Kind() && t.Kind() <= reflect.Complex128
}

package config

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// args are the values behind a key, read from left to right. The first thing
// that is wrong is reported and ends the reading: later calls return zero
// values and stay silent.
type args struct {
	report *reporter
	what   string // the directive, for messages: "network 1 tarpit"
	last   word   // the word read last
	rest   []word
	bad    bool
}

// fail ends the reading with an error at w, once, and silently for a word that
// was reported when it was read.
func (a *args) fail(w word, hint, format string, v ...any) {
	if !a.bad && !w.bad {
		a.report.errorf(w.place, hint, format, v...)
	}
	a.bad = true
}

// ok tells whether everything so far could be read.
func (a *args) ok() bool { return !a.bad }

func (a *args) more() bool { return len(a.rest) > 0 && !a.bad }

// next takes a word; usage says in the error what was expected.
func (a *args) next(usage string) word {
	if a.bad {
		return a.last
	}
	if len(a.rest) == 0 {
		end := a.last
		end.column += utf8.RuneCountInString(end.text)
		if end.quoted {
			end.column += 2
		}
		hint := ""
		if a.last.hash {
			hint = hashHint
		}
		a.fail(end, hint, "%s needs %s", a.what, usage)
		return a.last
	}
	a.last, a.rest = a.rest[0], a.rest[1:]
	return a.last
}

// done reports words that nobody asked for.
func (a *args) done() {
	if a.bad || len(a.rest) == 0 {
		return
	}
	w, hint := a.rest[0], ""
	if strings.HasPrefix(w.text, "//") {
		hint = "a comment needs a blank before the slashes"
	} else if !w.quoted && !a.last.quoted {
		hint = "one line holds one directive; a value with blanks is written in double quotes"
	}
	a.fail(w, hint, "%q is one word too many for %s", w.text, a.what)
}

// text takes any word of lo..hi characters.
func (a *args) text(usage string, hi int) string {
	w := a.next(usage)
	if a.bad {
		return ""
	}
	if n := utf8.RuneCountInString(w.text); n == 0 {
		a.fail(w, "", "%s is empty", a.what)
	} else if n > hi {
		a.fail(w, "", "%s has %d characters, at most %d are possible", a.what, n, hi)
	}
	return w.text
}

// choice takes one of some words.
func (a *args) choice(options ...string) string {
	w := a.next(orList(options))
	if a.bad {
		return ""
	}
	for _, o := range options {
		if w.text == o {
			return o
		}
	}
	a.fail(w, didYouMean(Nearest(w.text, options)), "%s is %s, not %q", a.what, orList(options), w.text)
	return ""
}

func orList(o []string) string {
	if len(o) == 1 {
		return o[0]
	}
	return strings.Join(o[:len(o)-1], ", ") + " or " + o[len(o)-1]
}

// flag takes a yes or no in any of the usual spellings.
func (a *args) flag() bool {
	w := a.next("on or off")
	switch w.text {
	case "on", "enable", "enabled", "yes", "true", "1":
		return true
	case "off", "disable", "disabled", "no", "false", "0":
		return false
	}
	a.fail(w, "", "%s is on or off (also enable or disable, 1 or 0), not %q", a.what, w.text)
	return false
}

// number takes a decimal number in lo..hi; unit may be empty.
func (a *args) number(lo, hi int, unit string) int {
	w := a.next(rangeText(lo, hi, unit))
	if a.bad {
		return 0
	}
	n, ok := digits(w.text)
	if !ok {
		a.fail(w, "", "%s is a number %s, not %q", a.what, rangeText(lo, hi, unit), w.text)
	} else if n < lo || n > hi {
		a.fail(w, "", "%s is %s, %s is outside", a.what, rangeText(lo, hi, unit), w.text)
	}
	if a.bad {
		return 0
	}
	return n
}

func rangeText(lo, hi int, unit string) string {
	t := strconv.Itoa(lo) + ".." + strconv.Itoa(hi)
	if unit != "" {
		t += " " + unit
	}
	return t
}

// digits reads a decimal number without sign. Anything beyond 2^31-1 is that.
func digits(s string) (int, bool) {
	if s == "" {
		return 0, false
	}
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = min(n*10+int(c-'0'), 1<<31-1)
	}
	return n, true
}

// items takes a list "a,b,c", each item with its own place.
func (a *args) items(usage string) []word {
	w := a.next(usage)
	if a.bad {
		return nil
	}
	if len(a.rest) > 0 && (strings.HasSuffix(w.text, ",") || strings.HasPrefix(a.rest[0].text, ",")) {
		all := w.text
		for _, r := range a.rest {
			all += r.text
		}
		a.fail(a.rest[0], `write "`+all+`"`, "a list has no blanks")
		return nil
	}
	var out []word
	for col, part := w.column, w.text; ; {
		item, tail, more := strings.Cut(part, ",")
		iw := word{place: place{w.file, w.line, col}, text: item}
		if w.quoted {
			iw.column++
		}
		if item == "" {
			a.fail(iw, "", "an item of the list is empty")
			return nil
		}
		out = append(out, iw)
		if !more {
			return out
		}
		col += utf8.RuneCountInString(item) + 1
		part = tail
	}
}

// numberSpan is one item of a list of numbers: itself, or a range.
type numberSpan struct {
	at       word
	from, to int
}

// numbers takes a list of numbers and ranges "1,3,5-7", each in lo..hi.
func (a *args) numbers(lo, hi int) []int {
	var out []int
	for _, p := range a.spans(lo, hi) {
		for n := p.from; n <= p.to && len(out) <= hi; n++ {
			out = append(out, n)
		}
	}
	return out
}

// spans is numbers with the ranges kept.
func (a *args) spans(lo, hi int) []numberSpan {
	var out []numberSpan
	for _, w := range a.items("a list such as 1,3 or 1-4") {
		from, to, both := strings.Cut(w.text, "-")
		if !both {
			to = from
		}
		f, ok1 := digits(from)
		t, ok2 := digits(to)
		switch {
		case !ok1 || !ok2:
			a.fail(w, "", "%q is neither a number nor a range such as 1-4", w.text)
		case f > t:
			a.fail(w, "write "+to+"-"+from, "the range %q runs backwards", w.text)
		case f < lo || t > hi:
			a.fail(w, "", "%q is outside %s", w.text, rangeText(lo, hi, ""))
		}
		if a.bad {
			return nil
		}
		out = append(out, numberSpan{w, f, t})
	}
	return out
}

// check takes the fields of a check: INTERVAL,DOWN or, with port, PORT,INTERVAL,DOWN.
func (a *args) check(port bool) Check {
	usage, n := "INTERVAL,DOWN in seconds, such as 3,10", 2
	if port {
		usage, n = "PORT,INTERVAL,DOWN, such as 80,3,10", 3
	}
	list := a.items(usage)
	if a.bad {
		return Check{}
	}
	if len(list) != n {
		a.fail(list[0], "", "%s is %s", a.what, usage)
		return Check{}
	}
	c := Check{}
	if port {
		c.Port = uint16(a.field(list[0], 1, 65535, "port"))
		list = list[1:]
	}
	c.Interval = time.Duration(a.field(list[0], 1, 3600, "interval")) * time.Second
	c.Down = time.Duration(a.field(list[1], 1, 36000, "time until down")) * time.Second
	if a.ok() && c.Down < c.Interval {
		a.fail(list[1], "", "%s: down after %s s, but asked only every %s s", a.what, list[1].text, list[0].text)
	}
	return c
}

func (a *args) field(w word, lo, hi int, name string) int {
	n, ok := digits(w.text)
	if !ok || n < lo || n > hi {
		a.fail(w, "", "%s: %s is %s, not %q", a.what, name, rangeText(lo, hi, ""), w.text)
		return 0
	}
	return n
}

// path takes an absolute file name.
func (a *args) path(hi int) string {
	w := a.next("an absolute file name")
	if a.bad {
		return ""
	}
	if !strings.HasPrefix(w.text, "/") {
		a.fail(w, "", "%s is an absolute file name, not %q", a.what, w.text)
	} else if len(w.text) > hi {
		a.fail(w, "", "%s has %d bytes, at most %d are possible", a.what, len(w.text), hi)
	}
	return w.text
}

// policy takes a tarpit policy.
func (a *args) policy() Policy {
	switch a.choice("slam", "synack", "mute", "clamp") {
	case "synack":
		return Policy{Kind: PolicySynack}
	case "mute":
		return Policy{Kind: PolicyMute}
	case "clamp":
		a.what += " clamp"
		return Policy{Kind: PolicyClamp, Window: uint16(a.number(2, 1460, "bytes of window"))}
	}
	return Policy{}
}

// String is the policy as written in the configuration.
func (p Policy) String() string {
	switch p.Kind {
	case PolicySynack:
		return "synack"
	case PolicyMute:
		return "mute"
	case PolicyClamp:
		return "clamp " + strconv.Itoa(int(p.Window))
	}
	return "slam"
}

// prefix takes ADDR or ADDR/LEN.
func (a *args) prefix() netip.Prefix {
	w := a.next("an address or a prefix such as 192.0.2.0/24")
	if a.bad {
		return netip.Prefix{}
	}
	p, msg, hint := parsePrefix(w.text)
	if msg != "" {
		a.fail(w, hint, "%s", msg)
	}
	return p
}

package lab

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"

	"mire/engine"
	"mire/engine/config"
	"mire/modules"
)

// environment is what expressions know, now.
func (l *Lab) environment() map[string]any {
	ports := []PortStats{}
	for _, p := range l.ports {
		if v, _, err := p.stats(); err == nil {
			ports = append(ports, v)
		}
	}
	fwd := l.forwardStats()
	drops, rows, mods := map[string]uint64{}, map[string]map[string]uint64{}, map[string]ModuleStats{}
	all := modules.All()
	for _, r := range all.Reasons {
		drops[r.Name] = 0
	}
	for _, m := range all.Modules {
		if r, ok := m.(engine.Ruler); ok {
			rows[m.Name()] = map[string]uint64{}
			for _, rule := range r.Rules() {
				rows[m.Name()]["row"+rule.Name] = 0
			}
		}
	}
	for _, name := range modules.Order() {
		mods[name] = ModuleStats{Module: name}
	}
	chain, _ := l.modules() // without a chain: zeros
	for _, d := range chain.Drops {
		drops[d.Reason] = d.Count
	}
	for _, r := range chain.Rows {
		rows[r.Module]["row"+r.Row] = r.Count
	}
	for _, m := range chain.Modules {
		mods[m.Module] = m
	}
	type recording struct {
		Frames uint64 `json:"frames"`
		Lost   uint64 `json:"lost"`
	}
	recorded := func(r *recorder) (v recording) {
		if r != nil {
			v = recording{r.kept.Load(), r.lost.Load()}
		}
		return v
	}
	known := map[string]any{
		"port": ports, "fwd": fwd.All, "stream": fwd.Ports, "drops": drops, "module": mods, "table": l.table(),
		"traffic": l.source.view(), "consumed": chain.Consumed, "punted": chain.Punted, "balanced": chain.Balanced,
		"pcap": map[string]recording{"in": recorded(l.pcaps.in.Load()), "out": recorded(l.pcaps.out.Load())},
	}
	for module, of := range rows {
		known[module] = of
	}
	return plain(known).(map[string]any)
}

// plain brings a view to maps, lists, ints, floats, strings and bools, under
// its names in JSON.
func plain(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // a view that JSON cannot hold: a mistake of this package
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	var out any
	if err := d.Decode(&out); err != nil {
		panic(err)
	}
	return numbers(out)
}

func numbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return int(n)
		}
		f, _ := v.Float64()
		return f
	}
	return v
}

// typed is the type of a plain value: a map knows its keys, so that a wrong
// name is an error and not zero.
func typed(v any) types.Type {
	switch v := v.(type) {
	case map[string]any:
		m := types.Map{}
		for k := range v {
			m[k] = typed(v[k])
		}
		return m
	case []any:
		if len(v) == 0 {
			return types.Array(types.Any)
		}
		return types.Array(typed(v[0]))
	}
	return types.TypeOf(v)
}

// evaluate is the truth of an expression, and the values of the variables in it.
func (l *Lab) evaluate(text string) (ok bool, values string, err error) {
	env := l.environment()
	program, err := expr.Compile(text, expr.Env(typed(env).(types.Map)), expr.AsBool())
	if err != nil {
		return false, "", fmt.Errorf("expression %q: %s", text, explained(err, env))
	}
	v, err := expr.Run(program, env)
	if err != nil {
		return false, "", fmt.Errorf("expression %q: %s", text, firstLine(err.Error()))
	}
	ok, _ = v.(bool)
	return ok, compared(text, env), nil
}

var unknownName = regexp.MustCompile(`unknown (?:name|field) (\w+)`)

// explained is one line of what the compiler says, with the nearest name.
func explained(err error, env map[string]any) string {
	msg := firstLine(err.Error())
	if m := unknownName.FindStringSubmatch(msg); m != nil {
		var known []string
		for _, p := range paths("", env) {
			known = append(known, strings.FieldsFunc(p, func(r rune) bool { return r == '.' || r == '[' || r == ']' })...)
		}
		if n := config.Nearest(m[1], known); n != "" {
			return fmt.Sprintf("%s, did you mean %q?", msg, n)
		}
		return msg + " (`help script` lists the variables)"
	}
	return msg
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// compared lists the variables of an expression with their values.
func compared(text string, env map[string]any) string {
	tree, err := parser.Parse(text)
	if err != nil {
		return ""
	}
	var names leaves
	ast.Walk(&tree.Node, &names)
	var out []string
	for _, n := range names {
		// a.b is part of a.b.c, which says more.
		if slices.ContainsFunc(names, func(o string) bool { return strings.HasPrefix(o, n+".") || strings.HasPrefix(o, n+"[") }) {
			continue
		}
		v, err := expr.Eval(n, env)
		if err != nil {
			continue
		}
		if s := fmt.Sprintf("%s = %v", n, v); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, ", ")
}

// leaves collects the variables of an expression.
type leaves []string

// Visit implements ast.Visitor.
func (v *leaves) Visit(n *ast.Node) {
	switch (*n).(type) {
	case *ast.MemberNode, *ast.IdentifierNode:
		*v = append(*v, (*n).String())
	}
}

// paths are the variables below a plain value; lists are shown by their first.
func paths(prefix string, v any) (out []string) {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			name := k
			if prefix != "" {
				name = prefix + "." + k
			}
			out = append(out, paths(name, e)...)
		}
	case []any:
		for i, e := range v {
			out = append(out, paths(fmt.Sprintf("%s[%d]", prefix, i), e)...)
		}
	default:
		return []string{prefix}
	}
	slices.Sort(out)
	return out
}

// variables are all that expressions know.
func (l *Lab) variables() []string { return paths("", l.environment()) }

package cli

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"mire/dpdk"
)

func versionCommand() *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "print the versions of Mire, Go and DPDK",
		Flags: []cli.Flag{jsonFlag()},
		Action: func(c *cli.Context) error {
			v := struct {
				Mire     string `json:"mire"`
				Revision string `json:"revision,omitempty"`
				Go       string `json:"go"`
				DPDK     string `json:"dpdk"`
				Platform string `json:"platform"`
			}{Version, revision(), runtime.Version(), dpdk.Version(), runtime.GOOS + "/" + runtime.GOARCH}
			if c.Bool("json") {
				return json.NewEncoder(c.App.Writer).Encode(v)
			}
			fmt.Fprintf(c.App.Writer, "mire %s\n%s, %s, %s\n", v.Mire, v.DPDK, v.Go, v.Platform)
			return nil
		},
	}
}

// commit is set by the linker (-X) where a build has no repository to ask: in
// docker/Dockerfile.
var commit string

// revision is the commit the binary was built from, when the build recorded it.
func revision() string {
	if commit != "" {
		return commit
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return ""
}

func jsonFlag() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print JSON for machines"}
}

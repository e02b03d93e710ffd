package plot

import (
	"fmt"

	"oblique/simulate/probe"

	"gonum.org/v1/plot/vg"
)

// portraits is how many networks of each regime figure 4 shows.
const portraits = 3

// Figure4 draws how networks of one task differ, like figure 4 of Schuessler et al. (2024): trajectories of up to three
// aligned (a) and three oblique networks (b) along their first three components, and the dissimilarity between networks
// of every task (c), a point for each pair.
func Figure4(aligned, oblique []*probe.Portrait, dissimilarity []probe.Comparison) (*Figure, error) {
	if len(dissimilarity) == 0 {
		return nil, errNoNetworks
	}
	var rows [][]*panel
	for side, all := range [][]*probe.Portrait{aligned, oblique} {
		name := []string{"aligned", "oblique"}[side]
		var row []*panel
		for i := range portraits {
			p := spacePanel(fmt.Sprintf("%s, network %d", name, i+1))
			if i < len(all) {
				p.portray(all[i], [3]string{"PC 1", "PC 2", "PC 3"}, false)
			} else {
				p.explain("no network")
			}
			row = append(row, p)
		}
		row[0].letter = []string{"a", "b"}[side]
		rows = append(rows, row)
	}
	pairs := byTask("dissimilarity (rad)", false, dissimilarity)
	pairs.letter, pairs.tall = "c", true
	rows[0], rows[1] = append(rows[0], pairs), append(rows[1], nil)
	of := map[probe.Quantity][]probe.Comparison{probe.Dissimilar: dissimilarity}
	g := grid{panels: rows, widths: []float64{1, 1, 1, 1.9}, legend: regimesLegend(anyPrint(of))}
	return &Figure{Double, 84 * vg.Millimeter, g}, nil
}

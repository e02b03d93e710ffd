package plot

import (
	"testing"

	"oblique/simulate/probe"
)

func TestFigure5(t *testing.T) {
	z := circling()
	e := &PerturbedExample{Deflection: &probe.Deflection{At: 10, Amplitude: 3, Time: z.Time, Unperturbed: z.Trajectories[0].Outputs,
		Output: z.Trajectories[1].Outputs, Components: z.Trajectories[1].Outputs},
		Profile: &probe.Susceptibility{Amplitude: []float64{0, 1, 2}, Output: []float64{0, 0.1, 0.2}, Components: []float64{0, 0.5, 0.9}, Relative: 0.214}}
	f, err := Figure5(e, nil, comparisons(probe.Susceptible, 512))
	if err != nil {
		t.Fatal(err)
	}
	wantTexts(t, f, "b", "c", "d", "along PC 1", "ratio 0.21", "relative susceptibility", "no network", "amplitude")
	// The panel of all tasks reaches over both rows.
	if tall := f.grid.panels[0][2]; !tall.tall || f.grid.panels[1][2] != nil {
		t.Error("the tasks have no room")
	}
	if _, err := Figure5(e, e, nil); err == nil {
		t.Error("no networks are no error")
	}
}

package regime

import (
	"fmt"

	"oblique/loaders/recording"
)

// lowR2 is the R² below which a readout explains too little for its direction to mean much.
const lowR2 = 0.2

// Caveats says what cannot be concluded from the figures of one recording, in sentences.
func (r *Result) Caveats() []string {
	var all []string
	switch null := r.Nulls.ShiftedR2; {
	case r.Data.Kind == recording.BCI:
		all = append(all, "A brain–computer interface: its behaviour is computed from the activity, so that R² is high and the readout is the decoder's by construction.")
	case null != nil && r.R2 <= null.CI[1]:
		all = append(all, fmt.Sprintf("R² (%.2f) is what shifted behaviour gives: ρ and fitting dimension say nothing about behaviour.", float64(r.R2)))
	case r.R2 < lowR2:
		all = append(all, fmt.Sprintf("R² is %.2f: the readout explains too little for its direction to mean much.", float64(r.R2)))
	}
	return all
}

// GroupCaveat says what cannot be concluded from a group of so many recordings beside others; nothing if it is large enough.
func GroupCaveat(group string, recordings int) string {
	switch {
	case recordings >= 3:
		return ""
	case recordings == 1:
		return fmt.Sprintf("Group %s has 1 recording: a difference from another group cannot be told from one between sessions or animals.", group)
	}
	return fmt.Sprintf("Group %s has %d recordings: a difference from another group cannot be told from one between sessions or animals.", group, recordings)
}

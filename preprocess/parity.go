package preprocess

import (
	"fmt"

	"oblique/loaders/recording"
)

func prepareNLB(s *recording.Session, o Options) (*recording.Recording, error) {
	return nil, fmt.Errorf("preprocess: parity nlb: not supported yet")
}

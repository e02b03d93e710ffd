package regime

func (f *fit) crossval() error { return nil }

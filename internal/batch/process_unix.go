//go:build unix && !linux

package batch

import "syscall"

// apart keeps a terminal's interrupt from a child, which is ended by the run alone.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
